"""In-memory result backends that lie in exactly one way each, and one that does not.

`must_fail` are the clauses that a lie breaks for certain, at one layer at least; `may_fail` those that it can reach, or
not, as the calls happen to fall; `undecidable` those of which it leaves nobody able to tell.
"""

from __future__ import annotations

import threading
import time
from typing import Any, ClassVar

from celery import states
from celery.backends.base import KeyValueStoreBackend
from celery.utils import cached_property
from kombu.utils.encoding import ensure_bytes


SECOND = 1_000_000_000

Clauses = frozenset[str]


class Honest(KeyValueStoreBackend):
    """Keeps what it is told, for all objects of its class in this process, exactly as long as it was told to."""

    supports_autoexpire = True
    must_fail: ClassVar[Clauses] = frozenset()
    may_fail: ClassVar[Clauses] = frozenset()
    undecidable: ClassVar[Clauses] = frozenset()

    entries: ClassVar[dict[bytes, tuple[bytes, int | None]]]
    lock: ClassVar[threading.RLock]

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.entries, cls.lock = {}, threading.RLock()

    def get(self, key: bytes) -> bytes | None:
        return self.alive(key)

    def mget(self, keys: list[bytes]) -> list[bytes | None]:
        return [self.alive(key) for key in keys]

    def set(self, key: bytes, value: str | bytes) -> None:
        with self.lock:
            self.entries[key] = ensure_bytes(value), self.due_ns()

    def delete(self, key: bytes) -> None:
        with self.lock:
            self.entries.pop(key, None)

    def alive(self, key: bytes) -> bytes | None:
        with self.lock:
            value, due_ns = self.entries.get(key, (None, None))
            if due_ns is not None and time.monotonic_ns() >= due_ns:
                del self.entries[key]
                return None
            return value

    def due_ns(self) -> int | None:
        return time.monotonic_ns() + int(self.expires * SECOND) if self.expires else None


Honest.__init_subclass__()


class KeepsTheFirstWrite(Honest):
    """Ignores every write to a key that holds something."""

    must_fail = frozenset({"A6", "B2"})

    def set(self, key: bytes, value: str | bytes) -> None:
        with self.lock:
            if self.alive(key) is None:
                super().set(key, value)


class ForgetsTheSecond(Honest):
    """Forgets a key when it is written while it holds something."""

    must_fail = frozenset({"A6", "B2"})

    def set(self, key: bytes, value: str | bytes) -> None:
        with self.lock:
            if self.alive(key) is None:
                super().set(key, value)
            else:
                del self.entries[key]


class LosesEveryHundredth(Honest):
    """Loses every hundredth write, whoever makes it."""

    must_fail = frozenset({"A6"})
    may_fail = frozenset({"A2", "A8", "A10", "B2", "B3", "C1", "C5", "E4", "E5"})
    writes = 0

    def set(self, key: bytes, value: str | bytes) -> None:
        with self.lock:
            type(self).writes += 1
            if self.writes % 100:
                super().set(key, value)


class ExpiresEarly(Honest):
    """Keeps everything for half its life."""

    must_fail = frozenset({"C1", "C5"})

    def due_ns(self) -> int | None:
        return time.monotonic_ns() + int(self.expires * SECOND) // 2 if self.expires else None


class NeverExpires(Honest):
    """Keeps everything for ever, and says that it expires."""

    must_fail = frozenset({"C2", "C5"})

    def due_ns(self) -> int | None:
        return None


class ExpiresAtTwiceTheTime(Honest):
    """Keeps everything for two lives."""

    must_fail = frozenset({"C2", "C5"})

    def due_ns(self) -> int | None:
        return time.monotonic_ns() + 2 * int(self.expires * SECOND) if self.expires else None


class LivesLongerWhenRead(Honest):
    """Begins a life anew whenever somebody looks."""

    must_fail = frozenset({"C2", "C5"})

    def get(self, key: bytes) -> bytes | None:
        with self.lock:
            value = self.alive(key)
            if value is not None:
                self.entries[key] = value, self.due_ns()
            return value


class AnswersManyOutOfOrder(Honest):
    """Reads many keys in one call, and answers them backwards."""

    must_fail = frozenset({"A10"})

    def mget(self, keys: list[bytes]) -> list[bytes | None]:
        return super().mget(keys)[::-1]


class LeavesOutTheMissing(Honest):
    """Reads many keys in one call, and answers only those that are there."""

    must_fail = frozenset({"A10"})

    def mget(self, keys: list[bytes]) -> list[bytes | None]:
        return [value for value in super().mget(keys) if value is not None]


class DeletesNothing(Honest):
    """Says that it deleted, and did not."""

    must_fail = frozenset({"A8"})

    def delete(self, key: bytes) -> None:
        pass


class MissesWhatItDeletes(Honest):
    """Raises when it is told to delete what is not there."""

    must_fail = frozenset({"A8"})

    def delete(self, key: bytes) -> None:
        del self.entries[key]


class LetsGoOfSuccess(Honest):
    """Lets any late state replace SUCCESS."""

    must_fail = frozenset({"B3"})

    def _store_result(self, task_id: str, result: Any, state: str, *rest: Any, **more: Any) -> Any:
        with self.lock:
            self.delete(self.get_key_for_task(task_id))
            return super()._store_result(task_id, result, state, *rest, **more)


class BelievesEveryTask(Honest):
    """Says of a task that nobody has stored that it is STARTED."""

    must_fail = frozenset({"A1", "A8", "B1", "B2", "C2", "C5"})

    def _get_task_meta_for(self, task_id: str) -> dict[str, Any]:
        meta: dict[str, Any] = super()._get_task_meta_for(task_id)
        return meta | {"status": states.STARTED} if meta["status"] == states.PENDING else meta


class CreatesWhatItReads(Honest):
    """Leaves an empty value where it was asked for a missing key."""

    must_fail = frozenset({"A1", "A8"})

    def get(self, key: bytes) -> bytes | None:
        with self.lock:
            value = self.alive(key)
            if value is None:
                self.set(key, b"")
            return value


class RaisesOnMissing(Honest):
    """Raises when it is asked for a missing key, so that Celery can store no result either."""

    must_fail = frozenset({"A1", "A2", "A6", "A8", "B1", "B2", "B3", "C1", "C2", "C5", "E1", "E4", "E5"})
    undecidable = frozenset({"C1", "C2", "C5"})

    def get(self, key: bytes) -> bytes:
        value = self.alive(key)
        if value is None:
            raise KeyError(key)
        return value


class SpoilsLargeValues(Honest):
    """Changes the last byte of what is longer than 4096."""

    must_fail = frozenset({"A2"})

    def set(self, key: bytes, value: str | bytes) -> None:
        data = ensure_bytes(value)
        super().set(key, data[:-1] + bytes([data[-1] ^ 1]) if len(data) > 4096 else data)


class BelievesItsOwnEyes(Honest):
    """Reads each key once, and afterwards remembers what it saw."""

    must_fail = frozenset({"A6", "A8", "B2", "C2", "C5"})

    @cached_property
    def seen(self) -> dict[bytes, bytes]:
        return {}

    def get(self, key: bytes) -> bytes | None:
        value = self.seen.get(key) or self.alive(key)
        if value is not None:
            self.seen[key] = value
        return value


class SleepsBeforeItLooks(Honest):
    """Waits for a second before it looks whether there is something to wait for."""

    must_fail = frozenset({"E1", "E4"})

    def wait_for(self, *args: Any, **more: Any) -> Any:
        time.sleep(1)
        return super().wait_for(*args, **more)


class GivesUpTooEarly(Honest):
    """Waits for half of the time that it is given."""

    must_fail = frozenset({"E1"})

    def wait_for(self, task_id: str, timeout: float | None = None, **more: Any) -> Any:
        return super().wait_for(task_id, timeout and timeout / 2, **more | {"interval": 0.01})


class TellsNoErrorByName(Honest):
    """Turns every error into a plain Exception."""

    must_fail = frozenset({"B2", "E5"})

    def exception_to_python(self, exc: Any) -> Any:
        return exc and Exception(str(exc))
