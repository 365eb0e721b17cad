"""Counters."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from crisper.celery.recorder import Call
from crisper.celery.upkeep import Upkeep
from crisper.checks.counting import counts_exactly
from crisper.checks.sharing import nobody_is_lost
from crisper.checks.together import both
from crisper.player.processes import forked
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.values import A14


CLIENTS, TIMES = 8, 100

#: What they may take where counting takes long.
LONGEST_NS = 3 * SECOND


@scenario({A14: both(counts_exactly, nobody_is_lost)}, layers=("kv",), ops=1000, seconds=90)
def counted_together(stage: Stage) -> None:
    """Count twice; then eight processes count another key, a hundred times each, or for 3 s.

    Threads do where nothing is shared.
    """
    client, alone, together = Upkeep.of(stage.client()), *stage.keys(2)
    for _ in range(2):
        if client.incr(alone).error is not None:
            return
    if "shared" in stage.claims:
        stage.aside(_count_in_processes, within_s=60)
        return
    with ThreadPoolExecutor(CLIENTS) as threads:
        for each in [Upkeep.of(stage.client()) for _ in range(CLIENTS)]:
            threads.submit(_count, stage, each, together)


def _count_in_processes(stage: Stage) -> None:
    # What a client needs is imported before the fork.
    stage.client()
    key = stage.key()
    forked(stage, CLIENTS, lambda child, _: _count(child, Upkeep.of(child.client()), key), within_s=50)


def _count(stage: Stage, client: Upkeep, key: str) -> None:
    calls: list[Call] = []
    until_ns = time.monotonic_ns() + LONGEST_NS
    while len(calls) < TIMES and time.monotonic_ns() < until_ns:
        calls.append(client.incr(key, keep=False))
    stage.retain(*[call for call in calls if call.error is not None][:1])
    stage.observe("counted", sums=[call.output for call in calls if call.error is None])
