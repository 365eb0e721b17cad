"""A burst of writes, in the middle of which the network is cut."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from crisper.checks.bursts import acknowledged_is_kept
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.faults import G10


WRITERS = 3

#: Between the writes of one client, so that a burst has some hundreds.
PAUSE_NS = SECOND // 50

#: Before and after the cut, and how long it lasts.
AROUND_NS, CUT_NS = SECOND // 2, 2 * SECOND

#: A call that has not come back by then is given up; it may come through nevertheless.
PATIENCE_NS = 15 * SECOND


@scenario({G10: acknowledged_is_kept}, layers=("result",), lane="alone", seconds=90, ops=2000)
def network_cut(stage: Stage) -> None:
    """Three clients store new results all the time; for two seconds the server is off its network. Read all of them."""
    settings: dict[str, Any] = {**stage.timeouts}
    reader = stage.reader(patience_ns=PATIENCE_NS, **settings)
    writers = [stage.client(patience_ns=PATIENCE_NS, **settings) for _ in range(WRITERS)]
    tasks: list[str] = []
    over = threading.Event()

    def burst(number: int) -> None:
        while not over.wait(PAUSE_NS / SECOND):
            task = stage.key()
            tasks.append(task)
            writers[number].store(task, task, "SUCCESS")

    with ThreadPoolExecutor() as threads:
        for number in range(WRITERS):
            threads.submit(burst, number)
        stage.pause(AROUND_NS)
        with stage.server.cut():
            stage.pause(CUT_NS)
        stage.pause(AROUND_NS)
        over.set()
    # Whether the first call after a cut works is another promise.
    reader.fetch(stage.key(), keep=False)
    for task in tasks:
        reader.fetch(task)
