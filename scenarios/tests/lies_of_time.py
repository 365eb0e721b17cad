"""Backends that lie about lifetimes and waiting: each in exactly one way."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from miniatures import SECOND, Honest


class ExpiresEarly(Honest):
    """Keeps everything for half its life."""

    must_fail = frozenset({"A7", "C1", "C5", "C6"})

    def due_ns(self) -> int | None:
        return time.monotonic_ns() + int(self.expires * SECOND) // 2 if self.expires else None


class NeverExpires(Honest):
    """Keeps everything for ever, and says that it expires."""

    must_fail = frozenset({"C2", "C5", "C6", "C10", "C15"})

    def due_ns(self) -> int | None:
        return None


class ExpiresAtTwiceTheTime(Honest):
    """Keeps everything for two lives."""

    must_fail = frozenset({"C2", "C5", "C10", "C15"})
    may_fail = frozenset({"C6"})

    def due_ns(self) -> int | None:
        return time.monotonic_ns() + 2 * int(self.expires * SECOND) if self.expires else None


class LivesLongerWhenRead(Honest):
    """Begins a life anew whenever somebody looks."""

    must_fail = frozenset({"A15", "C2", "C5", "C8", "C14"})
    may_fail = frozenset({"A19", "C6"})

    def get(self, key: str | bytes) -> bytes | None:
        with self.lock:
            value = self.alive(key)
            if value is not None:
                self.entries[self.name(key)] = value, self.due_ns()
            return value


class KeepsTheFirstLife(Honest):
    """Lets a key end when its first value was to end, whatever is written later."""

    must_fail = frozenset({"A7"})
    # A fourth write that comes late finds the first one's life over.
    may_fail = frozenset({"A9", "A19"})

    def set(self, key: str | bytes, value: Any) -> None:
        with self.lock:
            known = self.entries.get(self.name(key)) if self.alive(key) is not None else None
            super().set(key, value)
            if known is not None:
                self.entries[self.name(key)] = self.entries.get(self.name(key))[0], known[1]


class BuriesForEver(Honest):
    """Takes no write for a key that has expired."""

    must_fail = frozenset({"A9"})
    # A second write that comes late finds the first expired.
    may_fail = frozenset({"A7"})

    def set(self, key: str | bytes, value: Any) -> None:
        with self.lock:
            if self.entries.get(self.name(key)) is None or self.alive(key) is not None:
                super().set(key, value)


class EndsWhatIsEndless(Honest):
    """Takes a life without end for none at all."""

    must_fail = frozenset({"C3"})

    def due_ns(self) -> int | None:
        return super().due_ns() or time.monotonic_ns()


class RoundsFractionsDown(Honest):
    """Knows whole seconds only, and takes the smaller number."""

    must_fail = frozenset({"C6"})

    def due_ns(self) -> int | None:
        return time.monotonic_ns() + int(self.expires) * SECOND if self.expires else None


class KeepsFractionsForEver(Honest):
    """Keeps for ever what shall not live for whole seconds."""

    must_fail = frozenset({"C6"})

    def due_ns(self) -> int | None:
        return super().due_ns() if self.expires and float(self.expires).is_integer() else None


class ReadsHoursAsDays(Honest):
    """Looks for a timedelta's days, and finds none in an hour."""

    must_fail = frozenset({"C4"})

    def due_ns(self) -> int | None:
        given = self.app.conf.result_expires
        return time.monotonic_ns() + given.days if isinstance(given, timedelta) else super().due_ns()


class TakesLongLivesForDates(Honest):
    """Takes more than thirty days for a date in 1970, as memcached does."""

    must_fail = frozenset({"C7"})

    def due_ns(self) -> int | None:
        return 0 if self.expires and self.expires > timedelta(days=30).total_seconds() else super().due_ns()


class SleepsBeforeItLooks(Honest):
    """Waits for a second before it looks whether there is something to wait for."""

    must_fail = frozenset({"E1", "E2", "E4"})
    # A chord waits as well.
    may_fail = frozenset({"C9", "E6"})
    undecidable = frozenset({"E11"})

    def wait_for(self, *args: Any, **more: Any) -> Any:
        time.sleep(1)
        return super().wait_for(*args, **more)


class GivesUpTooEarly(Honest):
    """Waits for half of the time that it is given."""

    must_fail = frozenset({"E1"})

    def wait_for(self, task_id: str, timeout: float | None = None, **more: Any) -> Any:
        return super().wait_for(task_id, timeout and timeout / 2, **more | {"interval": 0.01})


class ReturnsWithEmptyHands(Honest):
    """Returns nothing when the time is over, and says no word."""

    must_fail = frozenset({"E1", "E2", "E7"})

    def wait_for(self, *args: Any, **more: Any) -> Any:
        try:
            return super().wait_for(*args, **more)
        except self.TimeoutError:
            return {"status": "SUCCESS", "result": None}


class NamesAnotherError(Honest):
    """Raises an OSError when the time is over."""

    must_fail = frozenset({"E1", "E2"})

    def wait_for(self, *args: Any, **more: Any) -> Any:
        try:
            return super().wait_for(*args, **more)
        except self.TimeoutError as error:
            raise OSError("no answer") from error
