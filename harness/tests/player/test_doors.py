from __future__ import annotations

import socket
import ssl
import threading
from urllib.parse import urlsplit

import pytest

from crisper.player import doors


@pytest.fixture
def server():
    """A server without TLS that answers everything in capitals; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answer, args=(listening,), daemon=True).start()
        yield f"shout://127.0.0.1:{listening.getsockname()[1]}/0"


def _answer(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        while data := connection.recv(100):
            connection.sendall(data.upper())


def reached(door):
    """Return a socket at a door."""
    parts = urlsplit(door.url)
    return socket.create_connection((parts.hostname, parts.port), 5)


def knocked(door):
    """Return a socket through a door, for who trusts the authority that comes with it."""
    context = ssl.create_default_context(cafile=str(door.authority))
    return context.wrap_socket(reached(door), server_hostname="127.0.0.1")


def test_what_is_said_at_the_door_reaches_the_server(server):
    """And its answers come back."""
    with doors.tls(server) as (trusted, _), knocked(trusted) as client:
        client.sendall(b"hello")

        assert b"HELLO" == client.recv(100)


def test_who_trusts_somebody_else_does_not_enter(server):
    """The other door comes with an authority that has signed nothing."""
    with doors.tls(server) as (_, strange), pytest.raises(ssl.SSLCertVerificationError):
        knocked(strange)


def test_afterwards_nothing_is_left(server):
    """Neither a port that listens, nor a thread, nor a file."""
    with doors.tls(server) as (door, _):
        knocked(door).close()

    with pytest.raises(ConnectionRefusedError):
        reached(door)
    assert not door.authority.exists()
    assert "door" not in {thread.name for thread in threading.enumerate()}
