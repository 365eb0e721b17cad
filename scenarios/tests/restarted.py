"""Miniatures that come back from a restart otherwise than they went: each lies in exactly one way."""

from __future__ import annotations

import time
from typing import ClassVar

from broken import Sturdy


SECOND = 1_000_000_000


class ForgetsWhenRestarted(Sturdy):
    """Comes back empty, although it was to be durable."""

    must_fail = frozenset({"G4", "G11", "G13", "C13"})

    @classmethod
    def restarted(cls) -> None:
        super().restarted()
        cls.entries.clear()


class ComesBackWithFive(Sturdy):
    """Has room for five entries only in the log that it reads when it is restarted."""

    must_fail = frozenset({"G11", "G13"})

    @classmethod
    def restarted(cls) -> None:
        super().restarted()
        for key in list(cls.entries)[5:]:
            del cls.entries[key]


class BeginsLivesAnew(Sturdy):
    """Gives everything another life when it is restarted."""

    must_fail = frozenset({"C13"})

    @classmethod
    def restarted(cls) -> None:
        super().restarted()
        for key, (value, due_ns) in list(cls.entries.items()):
            cls.entries[key] = value, due_ns and due_ns + 2 * SECOND


class RevivesTheDead(Sturdy):
    """Finds in its log what had expired, and forgets that it had."""

    must_fail = frozenset({"C13"})
    log: ClassVar[dict[bytes, tuple[bytes, int | None]]] = {}

    def set(self, key: bytes, value: str | bytes) -> None:
        super().set(key, value)
        self.log[key] = self.entries[key]

    @classmethod
    def restarted(cls) -> None:
        super().restarted()
        for key, (value, due_ns) in cls.log.items():
            if due_ns is not None and time.monotonic_ns() > due_ns:
                cls.entries[key] = value, None
