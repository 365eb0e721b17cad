from __future__ import annotations

import socket
import time

import pytest
from docker.errors import NotFound
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from crisper.errors import ServerError
from crisper.servers import slowing, sweeping
from crisper.servers.faults import Breakable, ImpossibleError
from crisper_backends.redis.engine import ENGINE


pytestmark = pytest.mark.integration


class Broken:
    """A durable Redis that may be broken, a client that has used it, and what was noted of its faults."""

    def __init__(self, server) -> None:
        self.server = server
        self.noted: list[dict[str, object]] = []
        self.breakable = Breakable.of(
            server.container.get_wrapped_container().id,
            version=lambda: ENGINE.version(server.host, server.port),
            note=lambda **seen: self.noted.append(seen),
            within_s=20,
        )
        self.client = self.connected()
        self.client.set("k", "v")

    def connected(self) -> Redis:
        """Return a client that waits a second, and tries once."""
        once = Retry(NoBackoff(), 0)
        return Redis(
            host=self.server.host,
            port=self.server.port,
            socket_timeout=1,
            socket_connect_timeout=1,
            retry=once,
            decode_responses=True,
        )

    def close(self) -> None:
        """Hang up on Redis and on the container engine."""
        self.client.close()
        self.breakable.close()


@pytest.fixture(scope="module")
def redis(servers):
    return servers.disposable(ENGINE, profile="durable").result()


@pytest.fixture
def broken(redis):
    harmed = Broken(redis)
    yield harmed
    harmed.close()


def test_a_frozen_server_lets_its_clients_time_out(broken):
    """A paused server answers nobody; after the block the same client is answered again."""
    with broken.breakable.frozen(), pytest.raises(RedisTimeoutError):
        broken.client.get("k")

    assert "v" == broken.client.get("k")


def test_a_server_that_is_down_refuses_its_clients(broken):
    """A killed server refuses connections; after the block it is back on its port, with its data."""
    with broken.breakable.down(), pytest.raises(RedisConnectionError):
        broken.client.get("k")

    assert "v" == broken.client.get("k")


def test_a_server_that_is_cut_off_is_out_of_reach(broken):
    """A server without a network cannot be reached; after the block its published port works as before."""
    with broken.breakable.cut(), pytest.raises((RedisConnectionError, RedisTimeoutError)):
        broken.client.get("k")

    assert "v" == broken.client.get("k")


def test_a_slow_link_is_slow_within_the_block_only(broken):
    """Thirty answers of a hundred bytes take long over it, and nothing is left of it afterwards."""
    broken.client.set("k", "v" * 100)
    with broken.breakable.slowed():
        slow_ns = timed(broken.client)

    assert slow_ns > 5 * timed(broken.client)
    assert broken.noted[0]["what"] in slowing.WAYS


def timed(client) -> int:
    """Return how long many reads take."""
    began_ns = time.monotonic_ns()
    for _ in range(30):
        client.get("k")
    return time.monotonic_ns() - began_ns


def test_a_kernel_that_knows_no_way_is_told(broken, monkeypatch):
    """What tc says stands in the reason, and nothing is noted."""
    monkeypatch.setattr(slowing, "WAYS", {"slowed": ("nonsense",)})
    with pytest.raises(ImpossibleError, match=r"^tc nonsense: Error"), broken.breakable.slowed():
        raise AssertionError

    assert [] == broken.noted


def test_an_image_without_tc_is_told(broken, monkeypatch):
    """Where nothing can slow the link down, that is said, and no container is left."""
    monkeypatch.setattr(slowing, "_SCRIPT", "exec no-such-tc")
    with pytest.raises(ImpossibleError, match="its image has no tc"), broken.breakable.slowed():
        raise AssertionError

    inner = broken.server.container.get_wrapped_container()
    lease = {"label": f"{sweeping.LEASE}={inner.labels[sweeping.LEASE]}"}

    assert [inner.id] == [each.id for each in inner.client.containers.list(all=True, filters=lease)]


def test_a_restarted_server_keeps_its_port(broken):
    """After a restart the server answers where it did, and is another process."""
    before = broken.client.info("server")["run_id"]
    broken.breakable.restart()
    with broken.connected() as client:
        after = client.info("server")["run_id"]

    assert before != after


@pytest.mark.parametrize("fault", ["frozen", "down", "cut"])
def test_a_script_that_breaks_off_leaves_no_broken_server(broken, fault):
    """Whatever is raised within a fault, the server is mended, and the recovery is noted."""
    with pytest.raises(ZeroDivisionError), getattr(broken.breakable, fault)():
        raise ZeroDivisionError

    assert ENGINE.version(broken.server.host, broken.server.port)

    (noted,) = broken.noted
    assert fault == noted["what"]
    assert noted["began_ns"] <= noted["ended_ns"] < noted["recovered_ns"]


def test_a_server_that_does_not_recover_is_our_failure(redis):
    """A server that never answers again is a ServerError that says what had been done to it."""

    def mute() -> str:
        raise OSError("still loading")

    container = redis.container.get_wrapped_container().id
    breakable = Breakable.of(container, version=mute, note=lambda **_: None, within_s=0.1)
    with pytest.raises(ServerError, match=r"that was restarted did not answer again within 0\.1 s: still loading"):
        breakable.restart()
    breakable.close()


def test_a_frozen_server_can_be_removed(servers):
    """A server whose script died within a fault goes away like any other."""
    server = servers.disposable(ENGINE, profile="volatile").result()
    container = server.container.get_wrapped_container()
    container.pause()
    servers.stop(server).result()

    with pytest.raises(NotFound):
        container.reload()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port), 1)
