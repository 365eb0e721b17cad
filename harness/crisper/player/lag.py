"""The instrument watching itself: how late it starts what it meant to start."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left


TICK_NS = 25_000_000


class Lag:
    """Measures in the background how far a sleep of 25 ms overshoots, in nanoseconds, for all playings of a process.

    A thread for each of them would be what makes the others late.
    """

    def __init__(self) -> None:
        self._due: list[int] = []
        self._overshoots: list[int] = []
        threading.Thread(target=self._measure, daemon=True, name="lag").start()

    def seen(self, *, since_ns: int) -> dict[str, int]:
        """Return how many ticks there were since then, and the median and the worst overshoot."""
        overshoots = sorted(self._overshoots[bisect_left(self._due, since_ns) :]) or [0]
        return {"ticks": len(overshoots), "p50_ns": overshoots[len(overshoots) // 2], "max_ns": overshoots[-1]}

    def _measure(self) -> None:
        while True:
            due = time.monotonic_ns() + TICK_NS
            time.sleep(TICK_NS / 1e9)
            self._due.append(due)
            self._overshoots.append(max(0, time.monotonic_ns() - due))
