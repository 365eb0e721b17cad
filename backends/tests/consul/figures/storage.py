"""What Consul is left with, and whether it slows down by what it holds."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crisper.celery.client import connect
from crisper.servers.parallel import Servers
from crisper_backends.consul.contestants import consul
from crisper_backends.consul.engine import ENGINE
from figures.blocks import Call, ratio
from figures.row import Row
from figures.speed import HOUR_NS, VALUE


WRITES = 10_000
FEW, MANY = 1_000, 100_000
FILLERS = 4
#: A hundred thousand results take some 400 MB.
ROOMY = replace(ENGINE, memory="2g")


def sessions(servers: Servers) -> Iterator[Row]:
    """One client sets ten thousand keys and deletes them."""
    backend = _disposable(servers)
    for number in range(WRITES):
        backend.set(f"k{number}", VALUE)
        backend.delete(f"k{number}")
    left = len(backend.client().session.list()[1])
    yield Row(
        figure=f"Consul sessions left after {WRITES} sets and deletes", wanted="<= 20", measured=f"{left}",
        kept=left <= 20,
    )  # fmt: skip


def live(servers: Servers) -> Iterator[Row]:
    """A server that holds many results beside one that holds few: new keys are set, and any of theirs is got."""
    few, many = _filled(_disposable(servers), FEW), _filled(_disposable(servers), MANY)
    setting, getting = (ratio(call(few, FEW), call(many, MANY)) for call in (_setting, _getting))
    for name, measured in (("set", setting), ("get", getting)):
        yield Row(
            figure=f"{name}, p50 with {MANY} live results against {FEW}", wanted="<= 1.3", measured=str(measured),
            kept=measured.median <= 1.3,
        )  # fmt: skip


def _setting(backend: Any, _: int) -> Call:
    return lambda number: backend.set(f"new-{number}", VALUE)


def _getting(backend: Any, size: int) -> Call:
    return lambda _: backend.get(f"live-{random.randrange(size)}")


def _disposable(servers: Servers) -> Any:
    server = servers.disposable(ROOMY, profile="volatile").result()
    return connect(consul.url.format(host=server.host, port=server.port), expires_ns=HOUR_NS)


def _filled(backend: Any, size: int) -> Any:
    """Return the backend once it holds so many results, written by several processes."""

    def fill(first: int) -> None:
        for number in range(first, size, FILLERS):
            backend.set(f"live-{number}", VALUE)

    fillers = [multiprocessing.get_context("fork").Process(target=fill, args=(n,)) for n in range(FILLERS)]
    for filler in fillers:
        filler.start()
    for filler in fillers:
        filler.join()
        assert filler.exitcode == 0
    return backend
