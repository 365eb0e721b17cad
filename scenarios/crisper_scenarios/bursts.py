"""A burst of writes, in the middle of which something breaks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from crisper.checks.bursts import acknowledged_is_kept
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.faults import G10, G11


WRITERS = 3

#: Between the writes of one client, so that a burst has some hundreds.
PAUSE_NS = SECOND // 50

#: Before and after the fault.
AROUND_NS = SECOND // 2

#: How long the network is cut, and how long a server that was killed stays down.
CUT_NS, DOWN_NS = 2 * SECOND, SECOND

#: A call that has not come back by then is given up; it may come through nevertheless.
PATIENCE_NS = 15 * SECOND


@scenario({G10: acknowledged_is_kept}, layers=("result",), lane="alone", seconds=90, ops=2000)
def network_cut(stage: Stage) -> None:
    """Three clients store new results all the time; for two seconds the server is off its network. Read all of them."""
    _burst(stage, stage.server.cut(), CUT_NS)


@scenario({G11: acknowledged_is_kept}, layers=("result",), lane="alone", seconds=120, ops=6000, durable=True, full=True)
def server_killed(stage: Stage) -> None:
    """Three clients store new results all the time; a server that keeps its data is killed, and started. Read all."""
    _burst(stage, stage.server.down(), DOWN_NS)


def _burst(stage: Stage, fault: AbstractContextManager[object], lasting_ns: int) -> None:
    """Store new results before, while and after a fault; then read every one of them."""
    settings: dict[str, Any] = {**stage.timeouts}
    reader = stage.reader(patience_ns=PATIENCE_NS, **settings)
    writers = [stage.client(patience_ns=PATIENCE_NS, **settings) for _ in range(WRITERS)]
    tasks: list[str] = []
    over = threading.Event()

    def write(number: int) -> None:
        while not over.wait(PAUSE_NS / SECOND):
            task = stage.key()
            tasks.append(task)
            writers[number].store(task, task, "SUCCESS")

    with ThreadPoolExecutor() as threads:
        writing = [threads.submit(write, number) for number in range(WRITERS)]
        try:
            stage.pause(AROUND_NS)
            with fault:
                stage.pause(lasting_ns)
            stage.pause(AROUND_NS)
        finally:
            over.set()
    for each in writing:
        each.result()
    # Whether the first call after a fault works is another promise.
    reader.fetch(stage.key(), keep=False)
    for task in tasks:
        reader.fetch(task)
