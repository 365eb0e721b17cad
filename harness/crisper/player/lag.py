"""The instrument watching itself: how late it starts what it meant to start."""

from __future__ import annotations

import threading
import time
from typing import Self


TICK_NS = 10_000_000


class Lag:
    """Measures in the background how far a sleep of 10 ms overshoots, in nanoseconds."""

    def __init__(self) -> None:
        self._overshoots: list[int] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True, name="lag")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def seen(self) -> dict[str, int]:
        """Return how many ticks there were, and the median and the worst overshoot."""
        overshoots = sorted(self._overshoots) or [0]
        return {"ticks": len(overshoots), "p50_ns": overshoots[len(overshoots) // 2], "max_ns": overshoots[-1]}

    def _measure(self) -> None:
        while not self._ended.is_set():
            due = time.monotonic_ns() + TICK_NS
            self._ended.wait(TICK_NS / 1e9)
            self._overshoots.append(max(0, time.monotonic_ns() - due))
