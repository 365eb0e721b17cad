"""Servers for those who need one, and the gate as a session of its own."""

from __future__ import annotations

import pytest

from crisper.celery.client import connect
from crisper.player.contestants import address
from crisper.registry import backend
from crisper.servers.parallel import Servers


HOUR_NS = 3600 * 10**9


@pytest.fixture(scope="session")
def servers():
    """Return the servers of this session; each starts when it is first asked for."""
    with Servers(say=print) as started:
        yield started


@pytest.fixture
def contestant(request, tmp_path):
    """Return a function that connects to a declared backend, and gives its declaration, URL and connection."""
    released = []

    def connected(name):
        declared = backend(name)
        server = request.getfixturevalue("servers").future(declared.engine).result() if declared.engine else None
        where = address(declared, server, tmp_path)
        connection = connect(where.url, broker=where.broker, expires_ns=HOUR_NS)
        released.append((declared, connection))
        return declared, where.url, connection

    yield connected
    for declared, connection in released:
        declared.release(connection)
