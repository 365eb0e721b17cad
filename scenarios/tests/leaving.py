"""Miniatures whose entries can be counted: each leaves something of what is gone, but for the first."""

from __future__ import annotations

import time

from miniatures import Honest


class Tidy(Honest):
    """Keeps nothing longer than it has to."""

    right = True

    @classmethod
    def held(cls, _: str, namespace: str) -> dict[str, int]:
        kept = [due_ns for key, (_, due_ns) in list(cls.entries.items()) if namespace.encode() in key]
        return {"entries": sum(cls.keeps(due_ns) for due_ns in kept)}

    @classmethod
    def keeps(cls, due_ns: int | None) -> bool:
        return due_ns is None or time.monotonic_ns() < due_ns


class HidesWhatHasExpired(Tidy):
    """Answers nothing of what has expired, and keeps it."""

    right = False

    @classmethod
    def keeps(cls, due_ns: int | None) -> bool:  # noqa: ARG003 - however long
        return True


class BuriesWhatIsDeleted(Tidy):
    """Leaves a mark for ever where something was deleted."""

    right = False

    def delete(self, key: str | bytes) -> None:
        super().delete(key)
        self.entries[b"grave of " + self.name(key)] = b"", None
