"""A gate that lets so many through at a time, first come, first served."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """A fair semaphore: one released by a busy thread goes to who has waited longest, not to that thread again.

    urllib3's own blocking pool is not fair: of 40 busy threads on 16 connections some wait for seconds.
    """

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def passed(self, within_s: float) -> Iterator[bool]:
        """Hold a place for the block; False says that none came free in time."""
        entered = self._enter(within_s)
        try:
            yield entered
        finally:
            if entered:
                self._leave()

    def _enter(self, within_s: float) -> bool:
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=within_s):
            return True
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        # The place was handed over just as the time ran out.
        return True

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
