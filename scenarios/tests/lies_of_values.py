"""Backends that lie about keys and values: each in exactly one way."""

from __future__ import annotations

import posixpath
from typing import Any

from celery.utils import cached_property
from kombu.utils.encoding import ensure_bytes
from miniatures import Honest


MIB = 1 << 20

#: What is written once and read: a lost write reaches all of it.
STORED = frozenset(
    {
        *(f"A{number}" for number in (*range(2, 14), *range(15, 19))),
        *(f"B{number}" for number in (*range(2, 17), 18, 19, 20, 21)),
        *(f"C{number}" for number in (1, *range(3, 11), 14, 15)),
        *(f"D{number}" for number in (1, 2, 3, 6, 7, 9)),
        *("B16b", "B17b", "E4", "E5", "F1", "F2", "F3", "F4", "F5", "F9", "H4", "H5", "H6"),
    }
)

REFUSABLE = frozenset({"A4", "A17", "A18", "B18"})


class KeepsTheFirstWrite(Honest):
    """Ignores every write to a key that holds something."""

    must_fail = frozenset({"A6", "A7", "A9", "A19", "A20", "B2", "B5", "B20"})
    may_fail = frozenset({"B4"})

    def set(self, key: str | bytes, value: Any) -> None:
        with self.lock:
            if self.alive(key) is None:
                super().set(key, value)


class ForgetsTheSecond(Honest):
    """Forgets a key when it is written while it holds something."""

    must_fail = frozenset({"A6", "A7", "A9", "A19", "A20", "B2", "B5", "B20"})
    may_fail = frozenset({"A13", "B4"})

    def set(self, key: str | bytes, value: Any) -> None:
        with self.lock:
            if self.alive(key) is None:
                super().set(key, value)
            else:
                self.delete(key)


class LosesEveryHundredth(Honest):
    """Loses every hundredth write, whoever makes it."""

    must_fail = frozenset({"A6", "B20", "F1", "F9"})
    may_fail = STORED | {"A19", "A20", "G5"}
    undecidable = STORED
    writes = 0

    def set(self, key: str | bytes, value: Any) -> None:
        with self.lock:
            type(self).writes += 1
            if self.writes % 100:
                super().set(key, value)


class AnswersManyOutOfOrder(Honest):
    """Reads many keys in one call, and answers them backwards."""

    must_fail = frozenset({"A10", "A11", "A12", "A20", "H5"})
    may_fail = frozenset({"E8"})

    def mget(self, keys: Any) -> list[bytes | None]:
        return super().mget(keys)[::-1]


class LeavesOutTheMissing(Honest):
    """Reads many keys in one call, and answers only those that are there."""

    must_fail = frozenset({"A10", "A11", "A12", "A20"})
    may_fail = frozenset({"E8"})

    def mget(self, keys: Any) -> list[bytes | None]:
        return [value for value in super().mget(keys) if value is not None]


class ReadsNothingTwice(Honest):
    """Reads many keys in one call, and answers each only once."""

    must_fail = frozenset({"A12"})

    def mget(self, keys: Any) -> list[bytes | None]:
        return super().mget(dict.fromkeys(keys))


class ReadsSixtyFour(Honest):
    """Reads no more than 64 keys in one call."""

    must_fail = frozenset({"A12"})

    def mget(self, keys: Any) -> list[bytes | None]:
        return super().mget(list(keys)[:64])


class CountsBeforeItReads(Honest):
    """Reads many keys only where somebody says how many."""

    must_fail = frozenset({"A11"})

    def mget(self, keys: Any) -> list[bytes | None]:
        return [self.alive(keys[number]) for number in range(len(keys))]


class DeletesNothing(Honest):
    """Says that it deleted, and did not."""

    must_fail = frozenset({"A8", "A19", "A20", "B15", "B16", "B16b", "B19", "D3", "H4", "H5"})
    may_fail = frozenset({"B20"})

    def delete(self, key: str | bytes) -> None:
        pass


class MissesWhatItDeletes(Honest):
    """Raises when it is told to delete what is not there."""

    must_fail = frozenset({"A8", "A19", "A20"})

    def delete(self, key: str | bytes) -> None:
        del self.entries[self.name(key)]


class CreatesWhatItReads(Honest):
    """Leaves an empty value where it was asked for a missing key."""

    must_fail = frozenset({"A1", "A19", "A20", "B20"})

    def get(self, key: str | bytes) -> bytes | None:
        with self.lock:
            value = self.alive(key)
            if value is None:
                self.set(key, b"")
            return value


class RaisesOnMissing(Honest):
    """Raises when it is asked for a missing key, so that Celery can store no result either."""

    # What is refused with an error is no lie about odd names or values, and mget has a way of its own.
    must_fail = (
        (STORED | {"A1", "A19", "A20", "B1", "C2", "E1"}) - REFUSABLE - {"A10", "A11", "A12", "A15", "A16", "C14", "D2"}
    )
    must_fail |= {"A4", "B18", "E2", "E6", "E7", "E8", "E11", "E13"}
    may_fail = frozenset({"C14"})
    undecidable = STORED | {"B22", "C2", "E3"}

    def get(self, key: str | bytes) -> bytes:
        value = self.alive(key)
        if value is None:
            raise KeyError(key)
        return value


class SpoilsLargeValues(Honest):
    """Changes the last byte of what is longer than 4096."""

    must_fail = frozenset({"A2", "A18", "B14"})

    def set(self, key: str | bytes, value: Any) -> None:
        data = ensure_bytes(value)
        large = isinstance(data, bytes) and len(data) > 4096
        super().set(key, data[:-1] + bytes([data[-1] ^ 1]) if large else data)


class CutsAtAMebibyte(Honest):
    """Keeps no more than the first mebibyte."""

    must_fail = frozenset({"A18"})

    def set(self, key: str | bytes, value: Any) -> None:
        super().set(key, value[:MIB] if isinstance(value, bytes) else value)


class LosesEmptyValues(Honest):
    """Stores nothing where there is nothing to store."""

    must_fail = frozenset({"A4"})

    def set(self, key: str | bytes, value: Any) -> None:
        if value not in (b"", ""):
            super().set(key, value)

    def _store_result(self, task_id: str, result: Any, *rest: Any, **more: Any) -> Any:
        return result if result in (b"", "") else super()._store_result(task_id, result, *rest, **more)


class StripsText(Honest):
    """Drops the blanks around a text."""

    must_fail = frozenset({"A3"})

    def set(self, key: str | bytes, value: Any) -> None:
        super().set(key, value.strip() if isinstance(value, str) else value)

    def _store_result(self, task_id: str, result: Any, *rest: Any, **more: Any) -> Any:
        return super()._store_result(task_id, result.strip() if isinstance(result, str) else result, *rest, **more)


class TakesNumbersForTruths(Honest):
    """Keeps of what is neither bytes nor text only whether it is true."""

    must_fail = frozenset({"A5"})

    def set(self, key: str | bytes, value: Any) -> None:
        super().set(key, value if isinstance(value, (bytes, str)) else str(bool(value)))


class FoldsCase(Honest):
    """Takes A for a."""

    must_fail = frozenset({"A17", "B18"})

    def name(self, key: str | bytes) -> bytes:
        return super().name(key).lower()


class WalksPaths(Honest):
    """Takes a//b for a/b, and ../ for the way up."""

    must_fail = frozenset({"A17", "B18"})

    def name(self, key: str | bytes) -> bytes:
        return posixpath.normpath(super().name(key))


class TellsBytesFromText(Honest):
    """Keeps one entry for a key given as bytes, and another for the same key given as text."""

    must_fail = frozenset({"A16"})

    def name(self, key: str | bytes) -> bytes:
        return super().name(key) + (b"" if isinstance(key, bytes) else b" as text")


class BelievesItsOwnEyes(Honest):
    """Reads each key once, and afterwards remembers what it saw."""

    must_fail = frozenset(
        {
            *("A6", "A7", "A8", "A9", "A15", "A19", "A20", "B2", "B5", "B15", "B16", "B16b", "B19", "B20"),
            *("C2", "C5", "C6", "C8", "D3", "E11", "H4", "H5"),
        }
    )
    may_fail = frozenset({"C14"})

    @cached_property
    def seen(self) -> dict[bytes, bytes]:
        return {}

    def get(self, key: str | bytes) -> bytes | None:
        value = self.seen.get(self.name(key)) or self.alive(key)
        if value is not None:
            self.seen[self.name(key)] = value
        return value
