"""Backends that lie about tasks, threads, processes or settings: each in exactly one way."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from typing import Any, ClassVar

from celery import states
from kombu.serialization import loads
from miniatures import Files, Honest


class LetsGoOfSuccess(Honest):
    """Lets any late state replace SUCCESS."""

    must_fail = frozenset({"A20", "B3", "B4"})
    may_fail = frozenset({"A13", "A19"})

    def _store_result(self, task_id: str, result: Any, state: str, *rest: Any, **more: Any) -> Any:
        with self.lock:
            self.delete(self.get_key_for_task(task_id))
            return super()._store_result(task_id, result, state, *rest, **more)


class BelievesEveryTask(Honest):
    """Says of a task that nobody has stored that it is STARTED."""

    must_fail = frozenset(
        {"A1", "A7", "A8", "A19", "A20", "B1", "B2", "B15", "B19", "B20", "C2", "C5", "C6", "C8", "C10", "H4", "H5"}
    )
    may_fail = frozenset({"C14", "D6"})

    def _get_task_meta_for(self, task_id: str) -> dict[str, Any]:
        meta: dict[str, Any] = super()._get_task_meta_for(task_id)
        return meta | {"status": states.STARTED} if meta["status"] == states.PENDING else meta


class TellsNoErrorByName(Honest):
    """Turns every error into a plain Exception."""

    must_fail = frozenset({"A20", "B2", "B5", "B9", "B11", "D7", "E5"})

    def exception_to_python(self, exc: Any) -> Any:
        return exc and Exception(str(exc))


class TellsErrorsAsText(Honest):
    """Answers an error's text where the error was asked for."""

    must_fail = frozenset({"A20", "B2", "B5", "B9", "B10", "B11", "D7", "E5"})

    def exception_to_python(self, exc: Any) -> Any:
        return exc and str(super().exception_to_python(exc))


class ForgetsTracebacks(Honest):
    """Stores a failure without its traceback."""

    must_fail = frozenset({"B10"})

    def _get_result_meta(self, *args: Any, **more: Any) -> Any:
        return super()._get_result_meta(*args, **more | {"traceback": None})


class DropsChildren(Honest):
    """Stores no task's children."""

    must_fail = frozenset({"B8"})

    def current_task_children(self, request: Any = None) -> list[Any]:  # noqa: ARG002
        return []


class LeavesTheGroup(Honest):
    """Stores no task's group."""

    must_fail = frozenset({"B6"})

    def _get_result_meta(self, *args: Any, **more: Any) -> Any:
        meta = super()._get_result_meta(*args, **more)
        return {name: value for name, value in meta.items() if name != "group_id"}


class AcceptsNoTaskId(Honest):
    """Takes an empty task id for any other."""

    must_fail = frozenset({"B17"})

    def get_key_for_task(self, task_id: Any, key: Any = "") -> Any:
        return super().get_key_for_task(task_id or "none", key)


class ReadsWhateverComes(Honest):
    """Reads what was pickled, although it may not."""

    must_fail = frozenset({"B12"})

    def decode(self, payload: Any) -> Any:
        kind = "pickle" if isinstance(payload, bytes) and payload[:1] == b"\x80" else None
        if kind and self.serializer == "pickle":
            return loads(payload, "application/x-python-serialize", "binary", accept=["application/x-python-serialize"])
        return super().decode(payload)


class OneSlotForAll(Honest):
    """Puts each answer where another thread of the same application may put its own before it is fetched."""

    must_fail = frozenset({"F1", "F3", "F9"})

    class Slot:
        """Where an answer is put."""

        answer: bytes | None = None

    @property
    def slot(self) -> Any:
        return vars(self.app).setdefault("slot", self.Slot())

    def get(self, key: str | bytes) -> bytes | None:
        slot = self.slot
        slot.answer = self.alive(key)
        time.sleep(0.0002)
        return slot.answer


class OneSlotForEachObject(OneSlotForAll):
    """Does so only among threads that share a backend object."""

    must_fail = frozenset({"F3", "F9"})

    @property
    def slot(self) -> Any:
        return vars(self).setdefault("own", self.Slot())


class OneSlotForEachThread(OneSlotForAll):
    """Does so only among greenlets, which are one thread."""

    must_fail = frozenset({"F3"})
    slots: ClassVar[dict[int, Any]] = {}

    @property
    def slot(self) -> Any:
        return self.slots.setdefault(threading.get_native_id(), self.Slot())


class MuteInChildren(Honest):
    """Raises in a process that was forked from the one that it was made in."""

    must_fail = frozenset({"F2"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.home = os.getpid()

    def get(self, key: str | bytes) -> bytes | None:
        if os.getpid() != self.home:
            raise RuntimeError("the connection belongs to another process")
        return super().get(key)


class KeepsToItself(Honest):
    """Tells no other process what it holds, and says that it does."""

    must_fail = frozenset({"A14", "A19", "B21", "D2", "H6"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if isinstance(self.entries, Files):
            del self.entries


class FollowsTheEnvironment(Honest):
    """Keeps its data somewhere else where a proxy is named."""

    must_fail = frozenset({"H6"})

    def name(self, key: str | bytes) -> bytes:
        return super().name(key) + os.environ.get("http_proxy", "").encode()


class LosesItsUrlInPickle(Honest):
    """Comes out of pickle without the URL, and so without the data."""

    must_fail = frozenset({"F4", "F5"})

    def __reduce__(self, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        return super().__reduce__(args, {"url": None} | (kwargs or {}))


class WillNotBePickled(Honest):
    """Raises when it is pickled."""

    must_fail = frozenset({"F4", "F5"})

    def __reduce__(self, *_: Any) -> Any:
        raise TypeError("cannot pickle a lock")


class TellsItsPassword(Honest):
    """Shows its URL with all that is in it."""

    must_fail = frozenset({"H1"})

    def as_uri(self, include_password: bool = False) -> str:  # noqa: ARG002, FBT002 - Celery's own
        return str(self.url)


class HasTheLastWord(Honest):
    """Says goodbye when the interpreter ends."""

    must_fail = frozenset({"F6"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        atexit.register(print, "goodbye", file=sys.stderr)


class KeepsADiary(Honest):
    """Logs every value that it stores."""

    must_fail = frozenset({"H12"})

    def set(self, key: str | bytes, value: Any) -> None:
        logging.getLogger(__name__).info("%s is %s", key, value)
        super().set(key, value)


class GreetsByItsUrl(Honest):
    """Logs its URL with all that is in it."""

    must_fail = frozenset({"H12"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        logging.getLogger(__name__).info("here is %s", self.url)


class KnowsNoPrefix(Honest):
    """Ignores global_keyprefix."""

    must_fail = frozenset({"H4", "H5"})

    def _add_global_keyprefix(self) -> None:
        pass


class TakesAnyOption(Honest):
    """Says nothing of an option that it does not know."""

    must_fail = frozenset({"H8"})

    def options(self, query: str) -> None:
        pass
