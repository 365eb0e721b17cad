"""What the instrument itself costs: to record a call, and to time a closed loop."""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from crisper import registry
from crisper.celery.client import Client, Replies, connect
from crisper.celery.recorder import Recorder
from crisper.errors import HarnessError
from crisper.player import contestants
from crisper.player.bench import CALLS, Bench, timed, value
from crisper.player.stage import LONG_NS
from crisper.servers.parallel import Servers
from crisper_scenarios import speed


SIZE = 100
AT_MOST_NS, AT_LEAST = 2000, 0.97

#: Pairs of blocks, one through the instrument and one without it, in turns that begin with either.
PAIRS, CALLS_RECORDED, CALLS_TIMED = 400, 1000, CALLS
RESAMPLED = 2000


class Nowhere:
    """A backend whose calls cost nothing."""

    key_t = staticmethod(str.encode)

    def set(self, key: bytes, value: bytes) -> None:
        """Keep nothing."""


def pairs(bare: Callable[[], int], instrument: Callable[[], int]) -> Iterator[tuple[int, int]]:
    """Yield how long both took, in nanoseconds, neighbours in time."""
    for number in range(PAIRS):
        gc.collect()
        if number % 2:
            yield bare(), instrument()
        else:
            second = instrument()
            yield bare(), second


def recording() -> list[float]:
    """Return what it costs to record one call with a value of 100 B, in nanoseconds, block by block."""
    nowhere, given = Nowhere(), value(SIZE, 0)
    keys = [f"crisper-{number}" for number in range(CALLS_RECORDED)]

    def bare() -> int:
        began_ns = time.monotonic_ns()
        for key in keys:
            nowhere.set(nowhere.key_t(key), given)
        return time.monotonic_ns() - began_ns

    def recorded() -> int:
        client = Client("client-1", "kv", nowhere, Recorder(), LONG_NS, Replies())
        began_ns = time.monotonic_ns()
        for key in keys:
            client.set(key, given)
        return time.monotonic_ns() - began_ns

    return [(more - less) / CALLS_RECORDED for less, more in pairs(bare, recorded)]


def looping(backend: Any) -> list[float]:
    """Return the rate of a closed loop of reads through the instrument, as a share of a bare loop's, block by block."""
    stand = Bench(backend, "kv", "crisper-tax", value(SIZE, 0))
    call = speed.get.prepare(stand)

    def bare() -> int:
        began_ns = time.monotonic_ns()
        for number in range(CALLS_TIMED):
            call(number)
        return time.monotonic_ns() - began_ns

    def through() -> int:
        began_ns = time.monotonic_ns()
        timed(call, first=0, calls=CALLS_TIMED, limit_ns=LONG_NS)
        return time.monotonic_ns() - began_ns

    return [less / more for less, more in pairs(bare, through)]


def told(samples: list[float], form: str) -> str:
    """Return the median, the interval that holds the true one in 95 of 100 cases, and how many samples there are."""
    drawn = random.Random(1)  # noqa: S311 - resampling
    medians = sorted(statistics.median(drawn.choices(samples, k=len(samples))) for _ in range(RESAMPLED))
    low, high = medians[RESAMPLED // 40], medians[-RESAMPLED // 40]
    return f"{statistics.median(samples):{form}} (95 %: {low:{form}} to {high:{form}}; {len(samples)} pairs of blocks)"


def main(name: str) -> None:
    """Print both figures, the loop's on the real server of the backend of that name."""
    backend = registry.backend(name)
    print(f"recording a call with {SIZE} B, in ns: {told(recording(), '.0f')}; at most {AT_MOST_NS}")  # noqa: T201
    with Servers(say=print) as servers:
        server = servers.future(backend.engine).result() if backend.engine else None
        where = contestants.address(backend, server, Path(servers.folder))
        connected = connect(where.url, broker=where.broker, expires_ns=LONG_NS)
        share = told(looping(connected), ".1%")
        backend.release(connected)
    print(f"a closed loop of reads on {name}, of a bare one's rate: {share}; at least {AT_LEAST:.0%}")  # noqa: T201


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except HarnessError as error:
        sys.exit(f"crisper: {error}")
