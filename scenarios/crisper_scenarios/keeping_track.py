"""What keeps track of results that are waited for: nothing of it stays once nobody waits."""

from __future__ import annotations

import time

from crisper.celery.awaiting import Waiter
from crisper.celery.client import Client
from crisper.checks.tracking import FEWEST, forgotten_are_let_go, stays_flat
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.waiting import E11, E12


#: As many results as are stored and waited for, and the longest that this may take.
RESULTS = {"quick": 100, "full": 10_000}
WITHIN_NS = {"quick": 3 * SECOND, "full": 90 * SECOND}

FORGOTTEN = 5


@scenario({E11: stays_flat, E12: forgotten_are_let_go}, layers=("result",), ops=20_100, seconds=150)
def many_results(stage: Stage) -> None:
    """Store and wait for 100 results, or for 3 s and 20; then leave a callback with five tasks, and forget them.

    In the full profile 10,000, or for 90 s.
    """
    worker, waiter = stage.client(), Waiter.of(stage.reader())
    _store_and_wait(stage, worker, waiter)
    _look(stage, waiter, "at first")
    until_ns, waited = time.monotonic_ns() + WITHIN_NS[stage.profile], 0
    for tried in range(RESULTS[stage.profile]):
        enough = tried >= FEWEST or waited < tried
        if enough and time.monotonic_ns() > until_ns:
            break
        waited += _store_and_wait(stage, worker, waiter)
    stage.observe("waited", results=waited)
    _look(stage, waiter, "at last")
    results = [waiter.result(task) for task in stage.keys(FORGOTTEN)]
    for result in results:
        waiter.then(result, lambda _: None)
    for result in results:
        worker.store(result.id, "told", "SUCCESS")
        waiter.let_go(result)
    _look(stage, waiter, "forgotten")


def _store_and_wait(stage: Stage, worker: Client, waiter: Client) -> bool:
    task = stage.key()
    calls = (
        worker.store(task, "told", "SUCCESS", keep=False),
        waiter.wait(task, timeout_ns=5 * SECOND, keep=False),
    )
    troubled = [call for call in calls if call.error is not None]
    stage.retain(*troubled)
    return not troubled


def _look(stage: Stage, waiter: Waiter, moment: str) -> None:
    stage.observe("held", moment=moment, **waiter.held())
    stage.count(moment)
