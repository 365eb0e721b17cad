"""Waiting for a result: in vain, after it was stored, and for one that failed."""

from __future__ import annotations

from crisper.celery.client import revoked
from crisper.checks.waiting import as_stored, at_once, gives_up_in_time
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.working import E1, E4, E5


@scenario({E1: gives_up_in_time}, layers=("result",), lane="watch")
def waited_in_vain(stage: Stage) -> None:
    """Wait for tasks that nobody ever stores, with timeouts of a tenth of a second and of a whole one."""
    reader = stage.reader()
    for timeout_ns in (SECOND // 10, SECOND):
        reader.wait(stage.key(), timeout_ns=timeout_ns)


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
