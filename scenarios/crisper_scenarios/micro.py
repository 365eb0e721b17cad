"""The operations of `speed` under pytest-benchmark, for its table: contestants one after another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crisper.backends import Backend
from crisper.celery.client import connect
from crisper.errors import HarnessError
from crisper.player import contestants
from crisper.player.bench import Bench, value
from crisper.player.stage import LONG_NS
from crisper.plugin import options
from crisper.plugin.collecting import REFUSED
from crisper.scenario import Workload, declared_in
from crisper.servers.parallel import Servers
from crisper_scenarios import speed


ROUNDS = 50
NOTE = "contestants one after another, not interleaved: differences between them are an indication only"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play every operation and size against every contestant that has its layer."""
    backends: dict[str, tuple[str, Backend]] = {}
    try:
        backends = options.backends(metafunc.config)
    except HarnessError as error:
        metafunc.config.stash[REFUSED] = f"crisper: {error}"
    cells = [
        pytest.param(backend, workload, size, id=f"{workload.id}-{size}-{backend.name}")
        for _, backend in backends.values()
        for workload in declared_in(speed)
        if isinstance(workload, Workload) and (workload.layer != "kv" or "kv" in backend.claims)
        for size in workload.sizes
    ]
    metafunc.parametrize(("backend", "workload", "size"), cells)


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Iterator[Servers]:
    """The servers that are asked for, started once."""
    with Servers(images=options.images(pytestconfig), say=print) as started:
        yield started


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where embedded contestants keep their data."""
    return tmp_path_factory.mktemp("micro")


# Neither kept nor counted: that would be timed, too.
@pytest.mark.filterwarnings("ignore")
def test_operation(
    benchmark: Any, servers: Servers, folder: Path, *, backend: Backend, workload: Workload, size: int
) -> None:
    """One operation of one contestant; its group holds the others'."""
    server = servers.future(backend.engine).result() if backend.engine else None
    where = contestants.address(backend, server, folder)
    connected = connect(where.url, broker=where.broker, expires_ns=LONG_NS)
    stand = Bench(connected, workload.layer, f"crisper-micro-{backend.name}-{workload.id}-{size}", value(size, 0))
    stand.call = workload.prepare(stand)
    numbers = itertools.count()
    benchmark.group = f"{workload.id}, {size} B, not interleaved"
    benchmark.extra_info |= {"contestant": backend.name, "note": NOTE}

    def teardown(number: int) -> None:
        for after in filter(None, (stand.undo, stand.tidy)):
            after(number)

    benchmark.pedantic(
        stand.call, setup=lambda: ((next(numbers),), {}), teardown=teardown, rounds=ROUNDS, warmup_rounds=1
    )
    backend.release(connected)
