"""Backends that lie about what is kept of a result, how it is written, and when it goes: each in exactly one way."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from celery import states
from celery.backends.base import KeyValueStoreBackend
from kombu.exceptions import ContentDisallowed, DecodeError
from miniatures import Honest


class ForgetsTheQueue(Honest):
    """Keeps of a request all but the queue."""

    must_fail = frozenset({"B7"})

    def _get_result_meta(self, *args: Any, **more: Any) -> Any:
        meta = super()._get_result_meta(*args, **more)
        return {name: value for name, value in meta.items() if name != "queue"}


class PicklesOnlyWhatItCan(Honest):
    """Raises where an exception cannot be serialized as it is."""

    must_fail = frozenset({"B11"})

    def prepare_exception(self, exc: Any, serializer: Any = None) -> Any:
        return exc if self.serializer == "pickle" else super().prepare_exception(exc, serializer)


class MakesTheBestOfIt(Honest):
    """Answers something where it cannot read what another serializer wrote."""

    must_fail = frozenset({"B13"})

    def decode(self, payload: Any) -> Any:
        try:
            return super().decode(payload)
        except ContentDisallowed:
            raise
        except (DecodeError, TypeError, KeyError, ValueError):
            return {"status": states.SUCCESS, "result": str(payload), "children": [], "traceback": None}


class CompressesNothing(Honest):
    """Stores as it is what it was told to compress."""

    must_fail = frozenset({"B14"})

    def encode(self, data: Any) -> Any:
        return self._encode(data)[2]


class ReadsNothingCompressed(Honest):
    """Reads what is compressed only where it was told to compress itself."""

    must_fail = frozenset({"B14"})

    def decode(self, payload: Any) -> Any:
        if payload and payload.startswith(b"\x00celery") and not self.compression:
            return {"status": states.PENDING, "result": None}
        return super().decode(payload)


class ReloadsNothing(Honest):
    """Takes what it remembers for what is stored."""

    must_fail = frozenset({"B16"})

    def reload_task_result(self, task_id: str) -> None:
        pass


class KnowsEveryTask(Honest):
    """Says of every task that it exists."""

    must_fail = frozenset({"B16b"})

    def task_result_exists(self, task_id: str) -> bool:  # noqa: ARG002 - whichever it is
        return True


class TellsUuidsFromText(Honest):
    """Keeps one entry for a task's id as a UUID, and another for the same id as text."""

    must_fail = frozenset({"B17b"})

    def get_key_for_task(self, task_id: Any, key: Any = "") -> Any:
        return super().get_key_for_task(repr(task_id) if isinstance(task_id, UUID) else task_id, key)


class RemembersEveryState(Honest):
    """Remembers each state that it has read, where it may remember something."""

    must_fail = frozenset({"B19"})

    def get_task_meta(self, task_id: str, cache: bool = True) -> Any:  # noqa: FBT002 - Celery's own
        if cache and task_id in self._cache:
            return self._cache[task_id]
        meta = super().get_task_meta(task_id, cache=cache)
        if cache and meta["status"] != states.PENDING:
            self._cache[task_id] = meta
        return meta


class RemembersNothing(Honest):
    """Remembers nothing, whatever it may."""

    must_fail = frozenset({"B19"})

    def get_task_meta(self, task_id: str, cache: bool = True) -> Any:  # noqa: ARG002, FBT002 - Celery's own
        return super().get_task_meta(task_id, cache=False)


class FailsForever(Honest):
    """Lets failures live as long as results, and says no word."""

    must_fail = frozenset({"C8"})

    def _set_with_state(self, key: str | bytes, value: Any, state: str) -> None:  # noqa: ARG002 - that is the lie
        self.set(key, value)


class TakesAllForFailures(Honest):
    """Lets results live as long as failures."""

    must_fail = frozenset({"C8"})

    def _set_with_state(self, key: str | bytes, value: Any, state: str) -> None:  # noqa: ARG002 - that is the lie
        super()._set_with_state(key, value, states.FAILURE)


class KeepsWhatIsAwaited(Honest):
    """Stores nothing for a caller that is gone, and says no word."""

    must_fail = frozenset({"G5"})

    def _store_result(self, task_id: str, result: Any, state: str, *rest: Any, **more: Any) -> Any:
        request = more.get("request")
        gone = request is not None and str(request.reply_to).endswith("gone")
        return result if gone else super()._store_result(task_id, result, state, *rest, **more)


class RetriesTheImpossible(Honest):
    """Takes every error for one after which it may try again."""

    must_fail = frozenset({"G7"})

    def exception_safe_to_retry(self, exc: BaseException) -> bool:  # noqa: ARG002 - whichever it is
        return True


class KeepsGroupsForever(Honest):
    """Lets no group expire."""

    must_fail = frozenset({"C15"})

    def _save_group(self, group_id: str, result: Any) -> Any:
        saved = KeyValueStoreBackend._save_group(self, group_id, result)
        self.expire(self.get_key_for_group(group_id), None)
        return saved


class CleansUpWhatBeginsAlike(Honest):
    """Cleans up whatever begins as its own names do, and takes one prefix for the beginning of another."""

    must_fail = frozenset({"H5"})
    known: ClassVar[set[bytes]] = set()

    def set(self, key: str | bytes, value: Any) -> None:
        self.known.add(self.name(key))
        super().set(key, value)

    def cleanup(self) -> None:
        mine = self.name(self.task_keyprefix).removesuffix(b"_celery-task-meta-")
        for key in [each for each in self.known if each.startswith(mine)]:
            self.delete(key)
