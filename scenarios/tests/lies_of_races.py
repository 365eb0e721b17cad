"""Backends that lie when several use one key, or about counters and lives that change: each in exactly one way."""

from __future__ import annotations

import threading
import time
from typing import Any

from celery.backends.base import KeyValueStoreBackend
from miniatures import Honest


class EmptiesBeforeItWrites(Honest):
    """Deletes what is there, and writes a moment later."""

    must_fail = frozenset({"A13", "A19"})

    def set(self, key: str | bytes, value: Any) -> None:
        if self.alive(key) is not None:
            self.delete(key)
            time.sleep(0.0005)
        super().set(key, value)


class WritesInTwoHalves(Honest):
    """Writes the first half, and the whole a moment later."""

    must_fail = frozenset({"A13", "A19"})

    def set(self, key: str | bytes, value: Any) -> None:
        if self.alive(key) is not None:
            super().set(key, value[: len(value) // 2])
            time.sleep(0.0005)
        super().set(key, value)


class PutsBackWhatItReads(Honest):
    """Renews what it reads, so that it lives no longer: what others wrote or deleted meanwhile is undone."""

    must_fail = frozenset({"A19"})
    may_fail = frozenset({"B22"})

    def get(self, key: str | bytes) -> bytes | None:
        found = self.entries.get(self.name(key))
        if found is not None:
            time.sleep(0.0005)
            self.entries[self.name(key)] = found
        return super().get(key)


class ReadsFromReplicas(Honest):
    """Answers every third read of another thread with what was written before the last write."""

    must_fail = frozenset({"B22"})
    may_fail = frozenset({"F9"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.home, self.reads, self.seen = threading.get_ident(), 0, (None, None)

    def get(self, key: str | bytes) -> bytes | None:
        value = super().get(key)
        if value != self.seen[1]:
            self.seen = self.seen[1], value
        self.reads += 1
        away = threading.get_ident() != self.home
        return self.seen[0] if away and self.reads % 3 == 0 and self.seen[0] is not None else value


class LooksBeforeItLeaps(Honest):
    """Looks whether SUCCESS is stored, and stores a moment later."""

    must_fail = frozenset({"B4"})

    def _store_result(self, *args: Any, **more: Any) -> Any:
        return KeyValueStoreBackend._store_result(self, *args, **more)

    def _set_with_state(self, *args: Any) -> None:
        time.sleep(0.001)
        super()._set_with_state(*args)


class CountsInTwoSteps(Honest):
    """Reads a counter, and writes it a moment later."""

    must_fail = frozenset({"A14"})

    def incr(self, key: str | bytes) -> int:
        count = int(self.alive(key) or 0) + 1
        time.sleep(0.0005)
        self.set(key, str(count))
        return count


class StartsAtZero(Honest):
    """Counts from zero."""

    must_fail = frozenset({"A14", "C9", "D6", "D7"})

    def incr(self, key: str | bytes) -> int:
        return super().incr(key) - 1


class ExpiresForNobody(Honest):
    """Takes another life for a key, and does nothing."""

    must_fail = frozenset({"A15", "C8", "C9"})

    def expire(self, key: str | bytes, value: float | None) -> None:
        pass


class TakesZeroForNow(Honest):
    """Deletes what shall live without end."""

    must_fail = frozenset({"A15"})

    def expire(self, key: str | bytes, value: float | None) -> None:
        super().expire(key, value or 1e-9)


class CreatesWhatItExtends(Honest):
    """Leaves an empty value where a missing key was to live longer."""

    must_fail = frozenset({"A15"})

    def expire(self, key: str | bytes, value: float | None) -> None:
        if self.alive(key) is None:
            self.set(key, b"")
        super().expire(key, value)


class MissesWhatItExtends(Honest):
    """Raises where a missing key was to live longer."""

    must_fail = frozenset({"A15"})

    def expire(self, key: str | bytes, value: float | None) -> None:
        if self.alive(key) is None:
            raise KeyError(key)
        super().expire(key, value)
