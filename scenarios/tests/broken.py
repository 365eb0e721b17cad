"""Miniatures whose server can be broken: each lies in exactly one way when it is, but for the first.

`must_fail` are the clauses that a lie breaks, and it breaks no other.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, ClassVar

from crisper import registry


Honest = registry.module(Path(__file__).with_name("miniatures.py")).Honest


#: After so long a miniature gives a frozen server up.
TIMEOUT_S = 0.1

#: What a slow link adds to a call; and more than is ever quick.
SLOW_S, STAYS_SLOW_S = 0.1, 0.8


class Sturdy(Honest):
    """Raises at once where its server is down, after a moment where it is frozen, and keeps everything meanwhile."""

    must_fail: ClassVar[frozenset[str]] = frozenset()
    up: ClassVar[bool] = True
    thawed: ClassVar[threading.Event]
    slow: ClassVar[bool] = False
    restarts: ClassVar[int] = 0
    #: Whether nothing is played any more: what still retries then may end.
    over: ClassVar[bool] = False

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.thawed = threading.Event()
        cls.thawed.set()

    def exception_safe_to_retry(self, exc: BaseException) -> bool:
        return isinstance(exc, ConnectionError) and not self.over

    def get(self, key: bytes) -> bytes | None:
        self.reach()
        found: bytes | None = super().get(key)
        return found

    def set(self, key: bytes, value: str | bytes) -> None:
        self.reach()
        super().set(key, value)

    def delete(self, key: bytes) -> None:
        self.reach()
        super().delete(key)

    def reach(self) -> None:
        if not self.up:
            raise ConnectionError("refused")
        if not self.thawed.wait(TIMEOUT_S):
            raise TimeoutError("no answer")
        if self.slow:
            time.sleep(SLOW_S)

    @classmethod
    def restarted(cls) -> None:
        """What becomes of the server's data when it is started again."""
        cls.restarts += 1

    @classmethod
    def told_to_leave(cls) -> None:
        """What becomes of its data when the node leaves that clients talk to."""

    @classmethod
    def lost_leader(cls) -> None:
        """What becomes of its data when the node dies that leads."""


Sturdy.__init_subclass__()


class HangsWhenFrozen(Sturdy):
    """Waits for a frozen server for ever."""

    must_fail = frozenset({"G2"})

    def reach(self) -> None:
        self.thawed.wait()
        super().reach()


class HangsWhenDown(Sturdy):
    """Waits for ever, too, for a server that is down, unless it is told to retry."""

    # Whoever waits holds the lock that others need.
    must_fail = frozenset({"G1", "G6"})

    def reach(self) -> None:
        while not self.up and not self.always_retry:
            time.sleep(0.01)
        super().reach()


class SwallowsWhatItCannotStore(Sturdy):
    """Says that it stored where there was no server."""

    must_fail = frozenset({"G1", "G5", "G6", "G10", "G11", "G13"})

    def set(self, key: bytes, value: str | bytes) -> None:
        if self.up:
            super().set(key, value)

    def _store_result(self, task_id: str, result: Any, *rest: Any, **more: Any) -> Any:
        return super()._store_result(task_id, result, *rest, **more) if self.up else result


class SeesNothingWhenDown(Sturdy):
    """Says that nothing is stored where there was no server to ask."""

    must_fail = frozenset({"G1", "G6"})

    def get(self, key: bytes) -> bytes | None:
        return super().get(key) if self.up else None


class NeverRetries(Sturdy):
    """Knows no error after which it may try again."""

    must_fail = frozenset({"G1", "G6"})

    def exception_safe_to_retry(self, exc: BaseException) -> bool:  # noqa: ARG002
        return False


class RetriesForEver(Sturdy):
    """Tries again until it is served, however often it was to."""

    must_fail = frozenset({"G1", "G6"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.max_retries = float("inf")


class NeverRecovers(Sturdy):
    """Goes on raising once it has raised."""

    must_fail = frozenset({"G1", "G9"})
    lost = False

    def reach(self) -> None:
        try:
            super().reach()
        except OSError:
            self.lost = True
        if self.lost:
            raise ConnectionError("lost")


class TripsOverARestart(Sturdy):
    """Raises in the first call after a restart that it did not notice."""

    must_fail = frozenset({"G3"})
    known = 0

    def reach(self) -> None:
        if not self.up:
            self.known = self.restarts + 1
        super().reach()
        known, self.known = self.known, self.restarts
        if known < self.restarts and self.entries:
            raise ConnectionError("stale")


class AnswersTheQuestionBefore(Sturdy):
    """Gives the answer that it had given up on to whoever asks next."""

    must_fail = frozenset({"G9"})
    owed: bytes | None = None

    def get(self, key: bytes) -> bytes | None:
        try:
            found = super().get(key)
        except TimeoutError:
            self.owed = self.alive(key)
            raise
        if self.owed is None or found is None:
            return found
        owed, self.owed = self.owed, found
        return owed


class StaysSlow(Sturdy):
    """Waits before every store once it has had to wait."""

    must_fail = frozenset({"G12"})
    weary = False

    def _store_result(self, task_id: str, result: Any, *rest: Any, **more: Any) -> Any:
        self.weary = self.weary or self.slow
        if self.weary:
            time.sleep(STAYS_SLOW_S)
        return super()._store_result(task_id, result, *rest, **more)


class SeesNothingWhenSlow(Sturdy):
    """Takes what is late for nothing."""

    must_fail = frozenset({"G12"})

    def get(self, key: bytes) -> bytes | None:
        return None if self.slow else super().get(key)


class HangsWhenSlow(Sturdy):
    """Waits for ever for what is late."""

    must_fail = frozenset({"G12"})

    def reach(self) -> None:
        super().reach()
        if self.slow:
            while not self.over:
                time.sleep(SLOW_S)


class DropsWhatIsSlow(Sturdy):
    """Says that it stored what was late."""

    must_fail = frozenset({"G12"})

    def _store_result(self, task_id: str, result: Any, *rest: Any, **more: Any) -> Any:
        return result if self.slow else super()._store_result(task_id, result, *rest, **more)


class LeavesWithItsResults(Sturdy):
    """Loses with a node that leaves all that was written by it."""

    must_fail = frozenset({"G13"})

    @classmethod
    def told_to_leave(cls) -> None:
        cls.entries.clear()


class AcknowledgesBeforeItIsCopied(Sturdy):
    """Loses with its leader the last that was acknowledged."""

    must_fail = frozenset({"G14"})

    @classmethod
    def lost_leader(cls) -> None:
        for key in list(cls.entries)[-1:]:
            del cls.entries[key]
