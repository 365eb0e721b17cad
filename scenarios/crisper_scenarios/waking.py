"""Whoever waits is woken when the result is there, and told in the other ways that were asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from crisper.celery.awaiting import Waiter
from crisper.celery.client import Client
from crisper.checks.waking import called_back, each_is_told, hooks_are_called, told_after_giving_up, woken_after
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.waiting import E3, E6, E7, E10


#: When a task is stored after its waiters began: at different times within the half second in which Celery looks once,
#: so that who is told can be told from who looks.
AFTER_NS = (SECOND // 10, SECOND // 4, 2 * SECOND // 5)

PATIENCE_NS = 3 * SECOND

#: Time for a callback that comes by itself.
UNASKED_NS = SECOND // 5


@scenario({E3: woken_after, E6: hooks_are_called, E7: each_is_told}, layers=("result",), lane="watch", seconds=60)
def woken_waiters(stage: Stage) -> None:
    """Two clients (one, where results are not shared) wait for a task that is stored meanwhile, three times over.

    The first has an on_interval called; in a fourth round, alone, an on_message.
    """
    worker, first = stage.client(), Waiter.of(stage.reader())
    others = [stage.client()] if "shared" in stage.claims else []
    with ThreadPoolExecutor() as threads:
        for after_ns in AFTER_NS:
            task = stage.key()
            threads.submit(_store_after, stage, worker, task, after_ns)
            waits = [threads.submit(other.wait, task, timeout_ns=PATIENCE_NS) for other in others]
            heard = partial(stage.observe, "on_interval", task=task)
            first.get_by(first.result(task), timeout_ns=PATIENCE_NS, on_interval=heard)
            for wait in waits:
                wait.result()
        task = stage.key()
        threads.submit(_store_after, stage, worker, task, AFTER_NS[0])
        first.get_by(
            first.result(task),
            timeout_ns=PATIENCE_NS,
            on_message=lambda meta: stage.observe("on_message", task=task, status=meta["status"]),
        )


@scenario({E7: told_after_giving_up}, layers=("result",), lane="watch")
def impatient_waiter(stage: Stage) -> None:
    """Wait for a task by two result objects: one gives up, the task is stored, both wait again."""
    worker, waiter = stage.client(), Waiter.of(stage.reader())
    task = stage.key()
    first, second = waiter.result(task), waiter.result(task)
    waiter.get_by(first, timeout_ns=SECOND // 10)
    worker.store(task, "told", "SUCCESS")
    for each in (second, first):
        waiter.get_by(each, timeout_ns=PATIENCE_NS)


@scenario({E10: called_back}, layers=("result",), lane="watch")
def callback_left(stage: Stage) -> None:
    """Leave a callback with a result object; the task is stored; a moment later, wait for it."""
    worker, waiter = stage.client(), Waiter.of(stage.reader())
    task = stage.key()
    result = waiter.result(task)
    waiter.then(result, lambda _: stage.observe("then", task=task))
    worker.store(task, "told", "SUCCESS")
    stage.pause(UNASKED_NS)
    waiter.get_by(result, timeout_ns=PATIENCE_NS)


def _store_after(stage: Stage, worker: Client, task: str, after_ns: int) -> None:
    stage.pause(after_ns)
    worker.store(task, "told", "SUCCESS")
