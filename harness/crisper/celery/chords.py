"""Chords on which nobody works: their parts are returned by hand, and what would be sent is looked at."""

from __future__ import annotations

from typing import Any

from celery import chord
from celery.app.task import Context
from celery.exceptions import Retry

from crisper.celery.client import Client
from crisper.celery.recorder import Call


UNLOCK = "celery.chord_unlock"


class Conductor(Client):
    """An application whose tasks stay in its own queue, where it looks for the bodies of its chords.

    Its connection must have `task_default_queue` for itself, and kombu's memory as its broker.
    """

    _messages: list[Any]

    def begin(self, body_id: str, header: list[str]) -> Call:
        """result: what `chord.apply_async` does, with these tasks as the header."""
        app = self.backend.app
        self._messages = []
        tasks = [app.signature("crisper.echo", (task_id,)).set(task_id=task_id) for task_id in header]
        whole = chord(tasks, app.signature("crisper.echo"), app=app)
        call = self._call(
            "result",
            "chord",
            [body_id],
            lambda: whole.apply_async(task_id=body_id).id,
            given=header,
            expires_ns=self.expires_ns,
        )
        self._look()
        return call

    def finish(self, task_id: str, value: object) -> Call:
        """result: what a worker does that has done a task of the header."""
        return self._call(
            "result",
            "mark_as_done",
            [task_id],
            lambda: self.backend.mark_as_done(task_id, value, request=self._request(task_id)),
            given=value,
        )

    def fail(self, task_id: str, error: Exception) -> Call:
        """result: what a worker does whose task of the header raised."""
        return self._call(
            "result",
            "mark_as_failure",
            [task_id],
            lambda: self.backend.mark_as_failure(task_id, error, request=self._request(task_id)) and None,
            given=error,
        )

    def unlock(self, body_id: str) -> Call:
        """result: do the task that a backend without counters has sent to look after the chord; None if it sent none.

        It answers whether it will look again.
        """
        return self._call("result", "chord_unlock", [body_id], lambda: self._unlocked(body_id))

    def bodies(self, body_id: str) -> Call:
        """result: what the body was sent with, once for each time that it was."""

        def sent() -> list[object]:
            self._look()
            return [message.payload[0][0] for message in self._messages if message.headers["id"] == body_id]

        return self._call("result", "bodies", [body_id], sent)

    def _unlocked(self, body_id: str) -> bool | None:
        for message in self._messages:
            args, kwargs, _ = message.payload
            if message.headers["task"] == UNLOCK and args[1]["options"]["task_id"] == body_id:
                try:
                    self.backend.app.tasks[UNLOCK](*args, **kwargs)
                except Retry:
                    return True
                return False
        return None

    def _request(self, task_id: str) -> Context:
        message = next(each for each in self._messages if each.headers["id"] == task_id)
        args, kwargs, embedded = message.payload
        return Context({**message.headers, **embedded, "args": args, "kwargs": kwargs, "children": []})

    def _look(self) -> None:
        with self.backend.app.connection_for_read() as connection:
            queue = connection.SimpleQueue(self.backend.app.conf.task_default_queue)
            try:
                while True:
                    message = queue.get_nowait()
                    message.ack()
                    self._messages.append(message)
            except queue.Empty:
                queue.close()
