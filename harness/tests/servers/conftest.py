"""Real servers, and a client of the container engine beside them."""

from __future__ import annotations

import sys

import pytest

from crisper.servers import containers
from crisper.servers.parallel import Servers


@pytest.fixture(scope="module")
def client():
    connected = containers.connect()
    yield connected
    connected.close()


@pytest.fixture(scope="module")
def servers():
    with Servers(say=sys.stderr.write) as all_of_them:
        yield all_of_them
