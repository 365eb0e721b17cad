"""Clients that read and write one key at the same time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from crisper.celery.client import Client, is_missing, state_of
from crisper.celery.recorder import Call
from crisper.checks.racing import never_missing, never_older, success_stands_in_races
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.results import B4, B22
from crisper_scenarios.clauses.values import A13


READS = 30
WRITES = 300
RACES = 200

#: After so many lost races there is no more to be learned.
LOST = 3

#: What a round of reads, and all races, may take where each call takes long.
ROUND_NS, RACES_NS = SECOND // 2, 3 * SECOND


@scenario({A13: never_missing, B22: never_older}, layers=("kv", "result"), ops=2000, seconds=90)
def hot_key(stage: Stage) -> None:
    """Overwrite one key with rising numbers, while 1, 2, 4 and 8 clients read it: thirty times each, or half a second.

    Where results are sent to who asked for them, that one reads alone.
    """
    writer, key = stage.client(), stage.key()
    alone = "shared" not in stage.claims and "push" in stage.claims
    readers = [stage.reader()] if alone else [stage.client() for _ in range(8)]
    writer.write(key, _told(0))
    number = 0
    for size in (1,) if alone else (1, 2, 4, 8):
        with ThreadPoolExecutor(size) as threads:
            looks = [threads.submit(_look, stage, reader, key) for reader in readers[:size]]
            until = number + WRITES
            while number < until and not all(look.done() for look in looks):
                number += 1
                _kept_where_it_raised(stage, writer.write(key, _told(number), keep=False))
        reads, missing = (sum(counts) for counts in zip(*(look.result() for look in looks), strict=True))
        stage.observe("together", readers=size, reads=reads, missing=missing)


def _told(number: int) -> str:
    # As many digits each time: of half a value nothing is to be made.
    return f"{number:06}"


def _look(stage: Stage, reader: Client, key: str) -> tuple[int, int]:
    """Read, keep what differs from the read before, and return how often that was, and how often nothing was found."""
    last, reads, missing = None, 0, 0
    until_ns = time.monotonic_ns() + ROUND_NS
    while reads < READS and time.monotonic_ns() < until_ns:
        reads += 1
        call = reader.read(key, keep=False)
        missing += is_missing(call)
        if last is None or call.error is not None or call.output != last.output:
            stage.retain(call)
        last = call
        # Where a read is no input or output, nobody else would ever have a turn.
        time.sleep(0)
    return reads, missing


def _kept_where_it_raised(stage: Stage, call: Call) -> None:
    if call.error is not None:
        stage.retain(call)


@scenario({B4: success_stands_in_races}, layers=("result",), ops=1000, seconds=90)
def racing_states(stage: Stage) -> None:
    """Two clients store SUCCESS and FAILURE of one task at the same time: 200 times, for 3 s, or until 3 were lost."""
    workers, reader = (stage.client(), stage.client()), stage.reader()
    races = lost = 0
    until_ns = time.monotonic_ns() + RACES_NS
    with ThreadPoolExecutor(2) as threads:
        while races < RACES and lost < LOST and time.monotonic_ns() < until_ns:
            task, start = stage.key(), threading.Barrier(2)
            outcomes = ((42, "SUCCESS"), (ValueError("lost"), "FAILURE"))
            # Who comes to the start last goes first, more often than not.
            order = stage.random.sample((0, 1), 2)
            stores = [threads.submit(_at_once, start, workers[number], task, *outcomes[number]) for number in order]
            calls = [store.result() for store in stores] + [reader.fetch(task, keep=False)]
            races += 1
            if state_of(calls[-1]) != "SUCCESS":
                lost += 1
                stage.retain(*calls)
    stage.observe("together", races=races, lost=lost)


def _at_once(start: threading.Barrier, worker: Client, task: str, result: object, state: str) -> Call:
    start.wait()
    return worker.store(task, result, state, keep=False)
