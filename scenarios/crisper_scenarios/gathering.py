"""Waiting for many tasks at once, and for none."""

from __future__ import annotations

from crisper.celery.awaiting import Waiter
from crisper.checks.gathering import each_once, ends_in_time, nothing_comes
from crisper.checks.together import both
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.waiting import E8, E9


@scenario({E8: both(each_once, ends_in_time)}, layers=("kv",), lane="watch")
def many_tasks(stage: Stage) -> None:
    """Ask get_many for three stored tasks, one named twice; beside one that nobody stores; and for that one alone.

    The second time max_iterations ends it; alone, three times, the timeout.
    """
    waiter = Waiter.of(stage.reader())
    *stored, missing = stage.keys(4)
    for task in stored:
        waiter.store(task, f"value of {task[-1]}", "SUCCESS")
    waiter.get_many([*stored, stored[0]], timeout=5)
    waiter.get_many([*stored, missing], interval=0.05, max_iterations=2)
    for _ in range(3):
        waiter.get_many([missing], timeout=0.2, interval=0.05)


@scenario({E9: nothing_comes}, layers=("result",))
def no_tasks(stage: Stage) -> None:
    """Wait for a set of no tasks, as a whole and one by one."""
    waiter = Waiter.of(stage.reader())
    for way in ("get", "join", "iter_native"):
        waiter.gather([], way)
