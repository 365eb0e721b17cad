from __future__ import annotations

import os
import socket

import pytest

from crisper.errors import ServerError
from crisper.servers import containers, ports
from crisper.servers.parallel import Servers
from crisper_backends.redis.engine import ENGINE


@pytest.fixture
def _no_engine(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


@pytest.mark.usefixtures("_no_engine")
def test_no_engine_is_one_clear_line():
    """Where no container engine answers, the error says where it was sought and what to do."""
    with pytest.raises(ServerError) as caught:
        containers.connect()

    assert (
        "no container engine answers at unix:///nowhere/docker.sock: No such file or directory "
        "(start Docker, or let ./bootstrap do it)"
    ) == str(caught.value)


@pytest.mark.usefixtures("_no_engine")
def test_without_an_engine_only_servers_fail():
    """Without a container engine each server's future says so; nothing else breaks, and leaving is quiet."""
    said: list[str] = []
    with Servers(say=said.append) as servers:
        error = servers.future(ENGINE).exception()

    assert (ServerError, []) == (type(error), said)


@pytest.mark.usefixtures("_no_engine")
def test_a_server_is_shared_by_profile():
    """The same engine and profile is the same server; a disposable one is always another."""
    with Servers(say=print) as servers:
        first = servers.future(ENGINE)

        assert (True, False, False) == (
            servers.future(ENGINE) is first,
            servers.future(ENGINE, profile="durable") is first,
            servers.disposable(ENGINE, profile="volatile") is first,
        )


@pytest.mark.usefixtures("_no_engine")
def test_a_forked_child_closes_nothing():
    """What a forked child inherits is its parent's to close."""
    with Servers(say=print) as servers:
        child = os.fork()
        if not child:
            servers.close()
            os._exit(servers._closing.is_set())

        assert 0 == os.waitpid(child, 0)[1]


def test_a_port_is_free_and_no_clients():
    """A server's port is free, and outside the range that the kernel hands to clients."""
    low, high = ports._for_clients()
    port = next(ports.free())
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))

    assert not low <= port <= high


def test_a_taken_port_is_passed_over(monkeypatch):
    """A port on which somebody listens is not offered."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setattr(ports, "_HIGHEST", number + 1)
        monkeypatch.setattr(ports, "_for_clients", lambda: (0, number - 1))

        assert [] == list(ports.free())
