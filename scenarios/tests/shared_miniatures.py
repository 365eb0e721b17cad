"""Result backends in files that real workers share with their callers, and that lie in exactly one way each."""

from __future__ import annotations

from typing import Any, ClassVar

from celery import states
from celery.backends.filesystem import FilesystemBackend
from celery.result import AsyncResult, GroupResult


MIB = 1 << 20


class Shared(FilesystemBackend):
    """Keeps what it is told."""

    must_fail: ClassVar[frozenset[str]] = frozenset()


class KeepsTheFirst(Shared):
    """Ignores every state but the first."""

    must_fail = frozenset({"I2", "I3"})

    def set(self, key: bytes, value: bytes) -> None:
        if self.get(key) is None:
            super().set(key, value)


class NeverStarted(Shared):
    """Does not store that a task is STARTED."""

    must_fail = frozenset({"I2"})

    def store_result(self, task_id: str, result: Any, state: str, **more: Any) -> Any:
        return result if state == states.STARTED else super().store_result(task_id, result, state, **more)


class SparesFeelings(Shared):
    """Stores a failure as a success."""

    must_fail = frozenset({"D5", "I1", "I3", "I9"})

    def store_result(self, task_id: str, result: Any, state: str, **more: Any) -> Any:
        if state == states.FAILURE:
            result, state = None, states.SUCCESS
        return super().store_result(task_id, result, state, **more)


class TurnsGroupsRound(Shared):
    """Reads many results in one call, and answers them backwards."""

    must_fail = frozenset({"D5", "I7", "I8"})
    supports_native_join = True

    def mget(self, keys: list[bytes]) -> list[bytes | None]:
        return list(super().mget(keys))[::-1]


class PollsTwice(Shared):
    """Has two tasks poll for each chord."""

    must_fail = frozenset({"D5", "I8"})

    def fallback_chord_unlock(self, *args: Any, **more: Any) -> None:
        for _ in range(2):
            super().fallback_chord_unlock(*args, **more)


class PollsForNobody(Shared):
    """Polls for chords, without saying for whose results."""

    must_fail = frozenset({"D5", "I8"})

    def fallback_chord_unlock(self, header_result: Any, body: Any, **more: Any) -> None:
        super().fallback_chord_unlock(GroupResult(header_result.id, []), body, **more)


class DropsWhatIsLarge(Shared):
    """Stores nothing that is longer than a mebibyte, and says nothing of it."""

    must_fail = frozenset({"I4"})

    def set(self, key: bytes, value: bytes) -> None:
        if len(value) <= MIB:
            super().set(key, value)


class HeedsWhatIsIgnored(Shared):
    """Stores the results of tasks that ignore them."""

    must_fail = frozenset({"I5"})

    def mark_as_done(self, task_id: str, result: Any, request: Any = None, *_: Any) -> None:
        super().mark_as_done(task_id, result, request)


class RevokesInSilence(Shared):
    """Does not store that a task was revoked."""

    must_fail = frozenset({"I6"})

    def mark_as_revoked(self, task_id: str, reason: str = "", **more: Any) -> None:
        super().mark_as_revoked(task_id, reason, **(more | {"store_result": False}))


class HandsOnNames(Shared):
    """Stores of a result that is itself a result no more than its id."""

    must_fail = frozenset({"I10"})

    def prepare_value(self, result: Any) -> Any:
        return result.id if isinstance(result, AsyncResult) else super().prepare_value(result)


class ForgetsItsSuccess(Shared):
    """Stores whatever comes of a task that is delivered again."""

    must_fail = frozenset({"I11"})

    def _store_result(self, task_id: str, result: Any, state: str, traceback: Any = None, request: Any = None) -> Any:
        meta = self._get_result_meta(result=result, state=state, traceback=traceback, request=request)
        self.set(self.get_key_for_task(task_id), self.encode(meta | {"task_id": task_id}))
        return result
