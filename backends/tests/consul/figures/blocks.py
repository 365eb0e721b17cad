"""Two ways to do one thing, timed in short blocks by turns, and how they compare."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median, quantiles


#: Called with a number that no call had before.
Call = Callable[[int], object]

BLOCK_NS = 250_000_000
ROUNDS = 30


@dataclass(frozen=True)
class Ratio:
    """How many times as long the other took as the one, round by round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The ratio of the round in the middle."""
        return median(self.rounds)

    def __str__(self) -> str:
        low, _, high = quantiles(self.rounds, n=4)
        return f"{self.median:.2f} (half of {len(self.rounds)} rounds within {low:.2f}-{high:.2f})"


def ratio(one: Call, other: Call, *, rounds: int = ROUNDS, block_ns: int = BLOCK_NS) -> Ratio:
    """Return how many times as long `other` takes as `one`, by the p50 of each block.

    A first round warms up and is thrown away; every other round runs backwards, so that a drift touches both alike.
    """
    numbers = itertools.count()
    told = []
    for each in range(rounds + 1):
        turns = (one, other) if each % 2 else (other, one)
        took = {call: median(_block(call, numbers, block_ns)) for call in turns}
        told.append(took[other] / took[one])
    return Ratio(tuple(told[1:]))


def _block(call: Call, numbers: Iterator[int], block_ns: int) -> list[int]:
    """Return how long each call took, in ns, until the block is over; one at least."""
    latencies: list[int] = []
    ends_ns = time.monotonic_ns() + block_ns
    while not latencies or time.monotonic_ns() < ends_ns:
        number = next(numbers)
        began_ns = time.monotonic_ns()
        call(number)
        latencies.append(time.monotonic_ns() - began_ns)
    return latencies
