"""What an application asks of a backend besides storing and reading."""

from __future__ import annotations

from uuid import UUID

from crisper.celery.client import Client, request
from crisper.celery.recorder import Call


class Upkeep(Client):
    """A client that counts, changes lives, looks again, and cleans up."""

    def incr(self, key: str, *, keep: bool = True) -> Call:
        """kv: count one more."""
        return self._call("kv", "incr", [key], lambda: self.backend.incr(self._named(key)), keep=keep)

    def expire(self, key: str, life_ns: int | None) -> Call:
        """kv: give a key another life, in whole seconds; None and 0 have no end."""
        seconds = None if life_ns is None else life_ns // 10**9
        return self._call(
            "kv",
            "expire",
            [key],
            lambda: self.backend.expire(self._named(key), seconds),
            given=seconds,
            expires_ns=life_ns or None,
        )

    def store_by_uuid(self, task: UUID, result: object) -> Call:
        """result: store SUCCESS of a task whose id is no text."""
        context = request(str(task), self.replies.to)
        return self._call(
            "result",
            "store_result(UUID)",
            [str(task)],
            lambda: self.backend.store_result(task, result, "SUCCESS", request=context),
            given={"result": result, "status": "SUCCESS"},
            expires_ns=self.expires_ns,
        )

    def fetch_by_uuid(self, task: UUID) -> Call:
        """result: ask for the state of a task whose id is no text."""
        return self._call("result", "get_task_meta(UUID)", [str(task)], lambda: self.backend.get_task_meta(task))

    def reload(self, task_id: str) -> Call:
        """result: look again, whatever is in the cache."""
        return self._call("result", "reload_task_result", [task_id], lambda: self.backend.reload_task_result(task_id))

    def exists(self, task_id: str) -> Call:
        """result: what `AsyncResult.exists` answers."""
        return self._call("result", "exists", [task_id], lambda: self.result(task_id).exists())

    def stored_size(self, task_id: str) -> Call:
        """kv: how long the value is that a task's result has become."""
        backend = self.backend
        return self._call(
            "kv", "stored size", [task_id], lambda: len(backend.get(backend.get_key_for_task(task_id)) or b"")
        )

    def cleanup(self) -> Call:
        """result: what the worker does that beat sends `celery.backend_cleanup` to, once a day."""
        return self._call("result", "cleanup", [], self.backend.cleanup)
