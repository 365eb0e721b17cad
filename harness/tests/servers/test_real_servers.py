from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from crisper.errors import ServerError
from crisper.servers import ports, sweeping
from crisper.servers.leases import Lease
from crisper.servers.starting import ready
from crisper_backends.consul.engine import ENGINE as CONSUL
from crisper_backends.redis.engine import ENGINE as REDIS


pytestmark = pytest.mark.integration

RUN = """
import signal
import sys
from crisper.servers.parallel import Servers
from crisper_backends.redis.engine import ENGINE

signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
with Servers(say=print) as servers:
    server = servers.future(ENGINE, profile="durable").result()
    print(servers._lease.path, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run():
    """Another run, in a process of its own, with a durable server up; its lease."""
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        lease = next(line.strip() for line in it.stdout if line.strip().endswith(".lease"))
        yield it, lease
        it.kill()


def held(client, lease: str) -> tuple[int, int]:
    """Count the containers and volumes that are labelled with a lease."""
    wanted = {"label": f"{sweeping.LEASE}={lease}"}
    return len(client.containers.list(all=True, filters=wanted)), len(client.volumes.list(filters=wanted))


def published(server) -> list[dict[str, str]]:
    inner = server.container.get_wrapped_container()
    inner.reload()
    return inner.attrs["NetworkSettings"]["Ports"][f"{server.engine.port}/tcp"]


def test_servers_start_beside_each_other(servers):
    """With their images at hand, two servers are ready within 10 s and tell their versions themselves."""
    for engine in (REDIS, CONSUL):
        servers._images.image(engine)
    began = time.monotonic()
    infos = [future.result().info() for future in [servers.future(REDIS), servers.future(CONSUL)]]

    assert time.monotonic() - began < 10
    assert [("redis", "volatile"), ("consul", "volatile")] == [(info.engine, info.profile) for info in infos]
    assert all(info.version[0].isdigit() and info.digest.startswith("sha256:") for info in infos)


def test_only_this_machine_reaches_a_server(servers):
    """A server is published on 127.0.0.1 and on nothing else."""
    server = servers.future(REDIS).result()

    assert [{"HostIp": "127.0.0.1", "HostPort": str(server.port)}] == published(server)


def test_a_lost_port_is_replaced(servers, monkeypatch):
    """Where somebody takes the port between choosing and binding it, the server starts on another one."""
    spare = next(ports.free())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(ports, "free", lambda: iter([taken.getsockname()[1], spare]))
        server = servers.disposable(REDIS).result()

    assert spare == server.port

    server.stop()


def test_a_refusal_of_the_engine_is_told(servers):
    """What the container engine refuses to run fails with its own words."""
    image = servers.future(REDIS).result().image.reference

    with pytest.raises(ServerError, match=r"nonsense could not be started, the container engine says: .*not found"):
        servers.future(replace(REDIS, name="nonsense", image=image, volatile=("nonsense",))).result()


def test_a_server_is_bounded(servers):
    """A server's memory is limited and it may open 20,000 files, as soft limit too."""
    server = servers.future(REDIS).result()
    host = server.container.get_wrapped_container().attrs["HostConfig"]
    limit = server.container.get_wrapped_container().exec_run(["sh", "-c", "ulimit -Sn"]).output

    assert (512 * 1024 * 1024, b"20000\n") == (host["Memory"], limit)


@pytest.mark.parametrize(
    ("engine", "write", "read"),
    [(REDIS, "redis-cli set k v", "redis-cli get k"), (CONSUL, "consul kv put k v", "consul kv get k")],
    ids=["redis", "consul"],
)
def test_a_durable_server_survives_a_restart(servers, engine, write, read):
    """After a restart a durable server is found where it was, with what it had been told."""
    server = servers.disposable(engine).result()
    inner = server.container.get_wrapped_container()
    before = published(server)
    inner.exec_run(write.split())
    inner.restart(timeout=10)
    ready(server.container, engine, server.port)

    assert (before, b"v\n") == (published(server), inner.exec_run(read.split()).output)

    server.stop()


def test_a_stopped_server_leaves_nothing(servers, client):
    """Stopping removes container and volume; stopping again changes nothing."""
    server = servers.disposable(REDIS).result()
    server.stop()
    server.stop()

    assert [] == client.volumes.list(filters={"name": server.volume})


def test_one_that_fails_stops_no_other(servers):
    """A server that ends at once fails with its own last words; the others are not delayed."""
    image = servers.future(REDIS).result().image.reference
    broken = replace(REDIS, name="broken", image=image, volatile=("sh", "-c", "echo all is lost >&2; exit 1"))
    error = servers.future(broken).exception()

    assert servers.future(REDIS).result().version
    assert isinstance(error, ServerError)
    assert "broken ended" in error.message
    assert "all is lost" in error.message


def test_one_that_is_never_ready_is_given_up(servers):
    """A server that does not answer in time fails with the reason and its last words, not with a hang."""
    image = servers.future(REDIS).result().image.reference
    command = ("sh", "-c", "echo still thinking; sleep 60")
    mute = replace(REDIS, name="mute", image=image, volatile=command, ready_within_s=1)

    with pytest.raises(ServerError, match=r"mute was not ready within 1 s: OSError: .*; its log ends: still thinking"):
        servers.future(mute).result()


def test_what_kill_left_is_swept_and_the_living_stay(run, servers, client):
    """A run ended by kill -9 leaves its server, which the next sweep removes; a living run's stays."""
    living = servers.future(REDIS).result()
    process, lease = run
    sweeping.sweep(client)
    before = held(client, lease)
    process.kill()
    process.wait()
    sweeping.sweep(client)

    assert ((1, 1), (0, 0)) == (before, held(client, lease))
    assert not Path(lease).exists()
    assert REDIS.version(living.host, living.port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_told_to_end_leaves_nothing(run, client, number):
    """SIGTERM and Ctrl-C remove container, volume and lease before the process ends."""
    process, lease = run
    process.send_signal(number)
    process.wait(timeout=20)

    assert ((0, 0), False) == (held(client, lease), Path(lease).exists())


def test_networks_are_swept_too(client):
    """A network whose lease has ended goes with the rest."""
    lease = Lease.acquire()
    network = client.networks.create("crisper-test-sweep", labels=sweeping.labels(lease))
    sweeping.sweep(client)
    before = len(client.networks.list(ids=[network.id]))
    lease.release()
    sweeping.sweep(client)

    assert (1, 0) == (before, len(client.networks.list(ids=[network.id])))
