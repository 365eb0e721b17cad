from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from crisper.backends import Cluster
from crisper.errors import ServerError
from crisper.servers import sweeping
from crisper.servers.faults import Breakable, Membership
from crisper_backends.consul.engine import ENGINE


pytestmark = pytest.mark.integration

RUN = """
import sys
from crisper.servers.parallel import Servers
from crisper_backends.consul.engine import ENGINE

with Servers(say=print) as servers:
    servers.disposable(ENGINE, profile="relayed").result()
    print(servers._lease.path, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["relayed", "replicated"])
def server(request, servers):
    started = servers.disposable(ENGINE, profile=request.param).result()
    yield started
    servers.stop(started).result()


@pytest.fixture
def broken(server):
    """The cluster, to be broken; what was noted of its faults."""
    noted = []
    cluster = ENGINE.clusters[server.profile]
    breakable = Breakable.of(
        server.container.get_wrapped_container().id,
        version=lambda: ENGINE.version(server.host, server.port),
        note=lambda **seen: noted.append(seen["what"]),
        membership=Membership(leader=lambda: cluster.leader(server.host, server.port), leave=cluster.leave),
    )
    yield breakable, noted
    breakable.close()


def nodes(server):
    """Return the containers of a cluster as they are now, the one first that clients talk to."""
    found = [each.get_wrapped_container() for each in (server.container, *server.others)]
    for each in found:
        each.reload()
    return found


def held(client, lease) -> tuple[int, int]:
    """Count the containers and networks that are labelled with a lease."""
    wanted = {"label": f"{sweeping.LEASE}={lease}"}
    return len(client.containers.list(all=True, filters=wanted)), len(client.networks.list(filters=wanted))


def test_a_cluster_stands_in_a_network_of_its_own(server, client):
    """Clients talk to a node that does not lead; all are the lease's, and reached from this machine alone."""
    near, *others = nodes(server)
    leader = ENGINE.clusters[server.profile].leader(server.host, server.port)
    addresses = [each.attrs["NetworkSettings"]["Networks"][server.network]["IPAddress"] for each in (near, *others)]
    (network,) = client.networks.list(names=[server.network])
    published = {port["HostIp"] for each in (near, *others) for port in each.ports[f"{ENGINE.port}/tcp"]}

    assert leader in addresses[1:]
    assert {"127.0.0.1"} == published
    assert near.labels[sweeping.LEASE] == network.attrs["Labels"][sweeping.LEASE]


def test_a_stopped_cluster_leaves_nothing(servers, client):
    """Stopping removes all nodes and the network; stopping again changes nothing."""
    server = servers.disposable(ENGINE, profile="relayed").result()
    server.stop()
    server.stop()

    assert [] == client.networks.list(names=[server.network])
    assert [] == client.containers.list(all=True, filters={"network": server.network})


@pytest.mark.parametrize("server", ["relayed"], indirect=True)
def test_a_node_that_left_comes_back(server, broken):
    """It has ended within the block, and answers on its port after it."""
    breakable, noted = broken
    with breakable.left():
        near, *_ = nodes(server)

    assert ("exited", "running", ["told to leave"]) == (near.status, nodes(server)[0].status, noted)


@pytest.mark.parametrize("server", ["replicated"], indirect=True)
def test_the_leader_is_another_one_after_its_death(server, broken):
    """Within the block one of the others has died; after it all run, and a leader is known."""
    breakable, noted = broken
    with breakable.leaderless():
        died = [each for each in nodes(server) if each.status == "exited"]

    assert (1, False, ["left without its leader"]) == (len(died), died[0].id == nodes(server)[0].id, noted)
    assert ["running"] * 3 == [each.status for each in nodes(server)]
    assert ENGINE.version(server.host, server.port)


def test_one_that_fails_leaves_nothing(servers, client):
    """Where a node cannot be started, that is told, and the others and their network are removed."""
    first = ENGINE.clusters["relayed"].nodes[0]
    halves = Cluster(nodes=(first, ("nonsense",)), leader=lambda *_: "", leave=())
    image = servers.future(ENGINE).result().image.reference
    broken = replace(ENGINE, name="halves", image=image, clusters={"relayed": halves})

    with pytest.raises(ServerError, match=r"halves could not be started, the container engine says: .*not found"):
        servers.disposable(broken, profile="relayed").result()

    assert [] == client.networks.list(names=["crisper-halves-"])
    assert [] == client.containers.list(all=True, filters={"name": "crisper-halves-"})


def test_what_kill_left_is_swept(client):
    """A run ended by kill -9 leaves its cluster, which the next sweep removes whole."""
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        lease = next(line.strip() for line in run.stdout if line.strip().endswith(".lease"))
        run.kill()
    before = held(client, lease)
    sweeping.sweep(client)

    assert ((2, 1), (0, 0)) == (before, held(client, lease))
