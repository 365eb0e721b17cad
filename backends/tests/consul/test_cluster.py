import threading
import time
from uuid import uuid4

import pytest

from crisper_backends.consul.errors import UnavailableError


pytestmark = pytest.mark.integration

COMMON = ("-data-dir=/data", '-bind={{ GetInterfaceIP "eth0" }}')


@pytest.fixture
def network(docker):
    """Make a docker network of this test's own."""
    name = f"crisper-consul-{uuid4().hex[:10]}"
    docker("network", "create", name)
    yield name
    docker("network", "rm", name)


@pytest.fixture
def join(network, start):
    """Start agents in that network; the first is joined by the others."""
    first = []

    def begun(*agent):
        joining = (f"-retry-join={first[0].name}",) if first else ()
        server = start(*agent, *COMMON, *joining, options=("--network", network))
        first.append(server)
        return server

    return begun


@pytest.mark.parametrize("how", ["killed", "left"])
def test_results_outlive_the_agent_that_wrote_them(join, made, until, docker, how):
    """Neither the death nor the graceful leave of an agent takes a result with it before its time."""
    server = join("-server", "-bootstrap-expect=1")
    until(server.ready)
    agent = join()
    until(agent.ready)
    prefix = uuid4().hex
    written = made(f"consulkv://127.0.0.1:{agent.port}/{prefix}")
    written.set("k", b"v")
    written.store_result("t", bytes(5).hex() * 50_000, "SUCCESS")
    if how == "left":
        docker("exec", agent.name, "consul", "leave")
    docker("kill", agent.name) if how == "killed" else docker("wait", agent.name)
    reader = made(f"consulkv://127.0.0.1:{server.port}/{prefix}")
    members = reader.client().agent.members
    until(lambda: {1} != {member["Status"] for member in members()})
    ended = time.monotonic() + 8
    while time.monotonic() < ended:
        assert b"v" == reader.get("k")
        assert "SUCCESS" == reader.get_task_meta("t", cache=False)["status"]


def test_loss_of_the_leader(join, made, until, docker):
    """While writes go on the leader is killed: all that was acknowledged is there, and calls work again."""
    servers = [join("-server", "-bootstrap-expect=3") for _ in range(3)]
    for server in servers:
        until(server.ready, 60)
    prefix = uuid4().hex
    leader = made(f"consulkv://127.0.0.1:{servers[0].port}/x").client().status.leader()
    addresses = {
        docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", s.name): s for s in servers
    }
    lost = addresses[leader.rpartition(":")[0]]
    left = [server for server in servers if server is not lost]
    backend = made(f"consulkv://127.0.0.1:{left[0].port}/{prefix}?timeout=30")
    backend.set("before", b"v")
    acknowledged, stop = [], threading.Event()

    def write():
        while not stop.is_set():
            number = len(acknowledged)
            try:
                backend.set(f"k{number}", number)
            except UnavailableError:
                continue
            acknowledged.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    until(lambda: len(acknowledged) > 50)
    docker("kill", lost.name)
    then = len(acknowledged)
    until(lambda: len(acknowledged) > then + 50, 60)
    stop.set()
    writer.join()
    reader = made(f"consulkv://127.0.0.1:{left[1].port}/{prefix}?timeout=30")

    assert [str(n).encode() for n in acknowledged] == reader.mget(f"k{n}" for n in acknowledged)
    assert b"v" == reader.get("before")


def test_without_a_leader(join, made, until, docker):
    """Where there is no leader, stale reads still answer, and every other call raises within its timeout."""
    left, lost = join("-server", "-bootstrap-expect=2"), join("-server", "-bootstrap-expect=2")
    until(left.ready, 60)
    where = f"consulkv://127.0.0.1:{left.port}/{uuid4().hex}?timeout=1"
    strict, lax, stale = made(where), made(f"{where}&consistency=default"), made(f"{where}&consistency=stale")
    strict.set("k", b"v")
    strict.store_result("t", bytes(5).hex() * 50_000, "SUCCESS")
    until(lambda: stale.mget(["k", "celery-task-meta-t"])[1])
    docker("kill", lost.name)
    until(lambda: not strict.client().status.leader())
    for call in (lambda: strict.get("k"), lambda: lax.get("k"), lambda: lax.mget(["k"]), lambda: stale.set("k", b"w")):
        with pytest.raises(UnavailableError):
            call()

    assert b"v" == stale.get("k")
    assert [b"v", None] == stale.mget(["k", "j"])
    assert "SUCCESS" == stale.get_task_meta("t")["status"]


def test_another_datacenter(network, start, made, until):
    """With `dc` everything goes to that datacenter through the agent of this one, which keeps nothing of it."""
    east = start("-server", "-bootstrap-expect=1", "-datacenter=east", *COMMON, options=("--network", network))
    west = start(
        "-server", "-bootstrap-expect=1", "-datacenter=west", f"-retry-join-wan={east.name}", *COMMON,
        options=("--network", network),
    )  # fmt: skip
    until(east.ready)
    until(west.ready)
    prefix, large = uuid4().hex, bytes(500_000)
    there = made(f"consulkv://127.0.0.1:{east.port}/{prefix}?dc=west&timeout=1", expires=90_000)
    until(lambda: stored(there))
    near, here = (made(f"consulkv://127.0.0.1:{server.port}/{prefix}") for server in (west, east))
    there.set("large", large)
    counted = [there.store.count("n", 10**11, part) for part in ("a", "b", "a")]
    waited = there.app.AsyncResult("t", backend=there)
    near.store_result("t", 7, "SUCCESS")

    assert [1, 2, 1] == counted
    assert 7 == waited.get(timeout=5)
    assert [b"v", large, b"2"] == near.mget(["k", "large", "n"]) == there.mget(["k", "large", "n"])
    assert [None, None] == here.mget(["k", "n"])
    assert there.client().kv.get(f"{prefix}/", keys=True)[1] == near.client().kv.get(f"{prefix}/", keys=True)[1]

    for key in ("k", "large", "n", there.get_key_for_task("t")):
        there.delete(key)
    there.cleanup()

    assert near.client().kv.get(f"{prefix}/", keys=True)[1] is None


def stored(backend):
    """Whether a store was accepted."""
    try:
        return backend.set("k", b"v")
    except UnavailableError:
        return False
