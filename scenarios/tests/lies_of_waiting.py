"""Backends that lie to those who wait: each in exactly one way."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from celery.exceptions import TimeoutError as WaitedInVainError
from miniatures import Honest


def in_vain(timeout: float) -> None:
    time.sleep(timeout)
    raise WaitedInVainError


class TakesNoTimeForEver(Honest):
    """Waits without an end where it was told to wait for no time."""

    must_fail = frozenset({"E2"})

    def wait_for(self, task_id: str, timeout: float | None = None, **more: Any) -> Any:
        return super().wait_for(task_id, timeout=timeout or None, **more)


class SeesNothingInNoTime(Honest):
    """Does not look at all where it was told to wait for no time."""

    must_fail = frozenset({"E2"})

    def wait_for(self, task_id: str, timeout: float | None = None, **more: Any) -> Any:
        return in_vain(0) if timeout == 0 else super().wait_for(task_id, timeout=timeout, **more)


class WaitsInSilence(Honest):
    """Calls nobody while it waits."""

    must_fail = frozenset({"E6"})

    def wait_for(self, task_id: str, on_interval: Any = None, **more: Any) -> Any:  # noqa: ARG002
        return super().wait_for(task_id, **more)


class TellsWhoeverAsksFirst(Honest):
    """Tells the result of a task to the first one who waits for it, and to no other."""

    must_fail = frozenset({"E7"})
    may_fail = frozenset({"E6"})
    told: ClassVar[set[str]] = set()

    def wait_for(self, task_id: str, timeout: float | None = None, **more: Any) -> Any:
        meta = super().wait_for(task_id, timeout=timeout, **more)
        with self.lock:
            first = task_id not in self.told
            self.told.add(task_id)
        return meta if first else in_vain(timeout or 0)


class ForgivesNoImpatience(Honest):
    """Tells nobody the result of a task for which somebody waited in vain."""

    must_fail = frozenset({"E7"})
    in_vain: ClassVar[set[str]] = set()

    def wait_for(self, task_id: str, timeout: float | None = None, **more: Any) -> Any:
        if task_id in self.in_vain:
            in_vain(timeout or 0)
        try:
            return super().wait_for(task_id, timeout=timeout, **more)
        except WaitedInVainError:
            self.in_vain.add(task_id)
            raise


class TellsManyTwice(Honest):
    """Tells each of many results two times."""

    must_fail = frozenset({"E8", "H5"})

    def get_many(self, *args: Any, **more: Any) -> Any:
        for told in super().get_many(*args, **more):
            yield told
            yield told


class LetsManyDown(Honest):
    """Says nothing where many results did not come in time."""

    must_fail = frozenset({"E8"})

    def get_many(self, *args: Any, **more: Any) -> Any:
        try:
            yield from super().get_many(*args, **more)
        except WaitedInVainError:
            return


class ComplainsOfNothing(Honest):
    """Raises where nobody is to be waited for."""

    must_fail = frozenset({"E9"})

    def iter_native(self, result: Any, **more: Any) -> Any:
        if not result.results:
            raise RuntimeError("nothing")
        return super().iter_native(result, **more)


class KeepsALogOfWaits(Honest):
    """Keeps a line about every wait."""

    must_fail = frozenset({"E11"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.waits: list[str] = []

    def wait_for(self, task_id: str, **more: Any) -> Any:
        self.waits.append(task_id)
        return super().wait_for(task_id, **more)


class NeverCallsOff(Honest):
    """Goes on expecting what was forgotten."""

    must_fail = frozenset({"E12"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.expected: set[str] = set()

    def add_pending_result(self, result: Any, **more: Any) -> Any:
        self.expected.add(result.id)
        return super().add_pending_result(result, **more)

    def wait_for_pending(self, result: Any, **more: Any) -> Any:
        try:
            return super().wait_for_pending(result, **more)
        finally:
            self.expected.discard(result.id)


class TellsOnce(Honest):
    """Tells the result of a task to whoever asks for its state, and then to nobody who waits."""

    must_fail = frozenset({"E13"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.asked: set[str] = set()
        self.waiting = False

    def get_task_meta(self, task_id: str, **more: Any) -> Any:
        if not self.waiting:
            self.asked.add(task_id)
        return super().get_task_meta(task_id, **more)

    def wait_for(self, task_id: str, timeout: float | None = None, **more: Any) -> Any:
        if task_id in self.asked:
            in_vain(timeout or 0)
        self.waiting = True
        try:
            return super().wait_for(task_id, timeout=timeout, **more)
        finally:
            self.waiting = False
