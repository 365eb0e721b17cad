"""Waiting for a result: in vain, not at all, after it was stored, and for one that failed."""

from __future__ import annotations

import threading

from crisper.celery.awaiting import revoked
from crisper.checks.waiting import as_stored, asking_uses_nothing_up, at_once, gives_up_in_time, waits_for_nothing
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.waiting import E1, E2, E4, E5, E13


#: A wait that was to be none is ended after this.
PATIENCE_S = 1.5


@scenario({E1: gives_up_in_time}, layers=("result",), lane="watch")
def waited_in_vain(stage: Stage) -> None:
    """Wait for tasks that nobody ever stores, three times each a tenth of a second and a whole one."""
    reader = stage.reader()
    for timeout_ns in (SECOND // 10, SECOND) * 3:
        reader.wait(stage.key(), timeout_ns=timeout_ns)


@scenario({E2: waits_for_nothing}, layers=("result",), lane="watch")
def waited_not_at_all(stage: Stage) -> None:
    """Wait with a timeout of 0 for three tasks that are stored, and for one that is not."""
    worker, reader = stage.client(), stage.reader()
    *stored, missing = stage.keys(4)
    for task in stored:
        worker.store(task, 42, "SUCCESS")
        reader.wait(task, timeout_ns=0)
    # Whoever waits all the same comes to an end by this.
    ending = threading.Timer(PATIENCE_S, worker.store, (missing, "too late", "SUCCESS"))
    ending.start()
    reader.wait(missing, timeout_ns=0)
    ending.cancel()
    ending.join()


@scenario({E4: at_once}, layers=("result",), lane="watch")
def waited_for_the_past(stage: Stage) -> None:
    """Store a result; then another client begins to wait for it."""
    worker, reader = stage.client(), stage.reader()
    for value in (42, "hé☃😀", [1, {"two": None}]):
        task = stage.key()
        worker.store(task, value, "SUCCESS")
        reader.wait(task, timeout_ns=5 * SECOND)


@scenario({E5: as_stored}, layers=("result",))
def waited_for_a_failure(stage: Stage) -> None:
    """Store a failed and a revoked task; wait for each as one usually does, and with propagate=False."""
    worker, reader = stage.client(), stage.reader()
    for result, state in ((ValueError("no such luck"), "FAILURE"), (revoked("terminated"), "REVOKED")):
        for propagate in (True, False):
            task = stage.key()
            worker.store(task, result, state)
            reader.wait(task, timeout_ns=5 * SECOND, propagate=propagate)


@scenario({E13: asking_uses_nothing_up}, layers=("result",))
def polled_tasks(stage: Stage) -> None:
    """Store two tasks, ask for the state of each in turn, twice, and wait for each then."""
    worker, reader = stage.client(), stage.reader()
    tasks = stage.keys(2)
    for task in tasks:
        worker.store(task, f"value of {task[-1]}", "SUCCESS")
    for task in tasks * 2:
        reader.fetch(task)
    for task in tasks:
        reader.wait(task, timeout_ns=2 * SECOND)
