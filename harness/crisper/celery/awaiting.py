"""The many ways to wait: by result objects that are kept, with callbacks, for several tasks, for none."""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import Any

from celery.exceptions import TaskRevokedError
from celery.result import AsyncResult, ResultSet

from crisper.celery.client import Client
from crisper.celery.recorder import Call


class Waiter(Client):
    """A client that keeps the result objects it waits by, as `result` returns them."""

    def get_by(self, result: AsyncResult, *, timeout_ns: int, **hooks: Any) -> Call:
        """result: what `get` of a result object does; `hooks` are its callbacks, `on_interval` and `on_message`."""
        return self._wait(result, [result.id], timeout_ns, **hooks)

    def then(self, result: AsyncResult, heard: Callable[[Any], object]) -> Call:
        """result: ask to be called back, as `then` does."""
        return self._call("result", "then", [result.id], lambda: result.then(heard) and None)

    def let_go(self, result: AsyncResult) -> Call:
        """result: what `forget` of a result object does: nobody waits any more, and nothing is stored."""
        return self._call("result", "forget", [result.id], result.forget)

    def get_many(self, task_ids: list[str], **options: float) -> Call:
        """result: collect what `get_many` yields, by the ids: of each the id, the status and the result."""
        return self._call(
            "result",
            "get_many",
            task_ids,
            lambda: sorted(
                [task_id, meta["status"], meta["result"]]
                for task_id, meta in self.backend.get_many(task_ids, **options)
            ),
            given=options,
        )

    def gather(self, task_ids: list[str], way: str) -> Call:
        """result: what a `ResultSet` gives, by its `get`, or by another `way` to go through it."""
        results = ResultSet([self.result(task_id) for task_id in task_ids], app=self.backend.app)
        return self._call("result", f"ResultSet.{way}", task_ids, lambda: list(getattr(results, way)(timeout=1)))

    def held(self) -> dict[str, int]:
        """Return how much the backend object holds, by collection; no call is made."""
        return held(self.backend)


def revoked(reason: str) -> Exception:
    """Return what a worker stores of a task that was revoked."""
    error: Exception = TaskRevokedError(reason)
    return error


def held(backend: Any) -> dict[str, int]:
    """Return how much is in each collection of a backend object, and of whoever receives results for it."""
    found: dict[str, int] = {}
    for holder in (backend, getattr(backend, "result_consumer", None)):
        found |= {name: _size(value) for name, value in vars(holder).items() if _collects(value)} if holder else {}
    return found


def _collects(value: object) -> bool:
    return isinstance(value, Sized) and not isinstance(value, str | bytes)


def _size(value: Any) -> int:
    # What is pending is kept in two mappings, one of them weak.
    parts = value if isinstance(value, tuple) and all(map(_collects, value)) else [value]
    return sum(map(len, parts))
