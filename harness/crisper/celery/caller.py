"""Who sends tasks to a worker, and asks what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from celery import chain, chord, group, states

from crisper.celery.client import Client
from crisper.celery.recorder import Call


SECOND = 1_000_000_000

#: What a task may take, its retries and the way back included; an idle worker needs a hundredth of it.
PATIENCE_NS = 5 * SECOND
#: The same for a chord, which may be polled for every second, and shares its worker with others.
CHORD_PATIENCE_NS = 20 * SECOND
#: A state that is not told so long after the worker has stored it will not be.
TOLD_NS = 2 * SECOND
#: What a wait that begins late is given all the same.
LEAST_NS = 3 * SECOND // 2
#: On a busy machine an answer that is there takes its time too: some backends read one message at a time, and ask for
#: the state in between. A wait lasts as long as so many sends like that of its task, which is more than
#: crisper.checks.tasks asks for, but not for ever.
SENDS, LONGEST_NS = 12, 8 * SECOND
LOOK_NS = SECOND // 40

LONG_AGO = "2000-01-01T00:00:00+00:00"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A task, or a group of them, on its way."""

    ids: list[str]
    result: Any
    sent_ns: int
    took_ns: int
    patience_ns: int


class Caller(Client):
    """An application that sends tasks to one worker; it is named for the worker's pool.

    Tasks are those of `crisper.celery.tasks`, and go under ids of one's own. Nothing here raises what was raised.
    `done_at_ns` says when the worker was done with a task, by its id; None as long as it is not.
    """

    done_at_ns: Callable[[str], int | None]

    def send(self, task_id: str, task: str, *args: object, expired: bool = False) -> Sent:
        """Send one task, as `Celery.send_task` does; one that is `expired` comes too late to be done."""
        app = self.backend.app
        # Not by the option `expires`: with it the broker itself may drop the message, and no worker would ever see it.
        headers = {"expires": LONG_AGO} if expired else {}
        return self._sent(
            [task_id],
            lambda: app.send_task(f"crisper.{task}", args, task_id=task_id, headers=headers),
            lambda: app.AsyncResult(task_id),
            {"task": task, "args": list(args)} | ({"expired": True} if expired else {}),
        )

    def send_chain(self, task_id: str, message: str) -> Sent:
        """Send a chain of three tasks whose second one raises; who waits for the chain waits for its third."""
        app = self.backend.app
        links = ((f"{task_id}-1", "echo", "first"), (task_id, "fail", message), (f"{task_id}-3", "echo", "third"))
        whole = chain(
            *[app.signature(f"crisper.{task}", (arg,), immutable=True).set(task_id=link) for link, task, arg in links],
            app=app,
        )
        return self._sent(
            [task_id],
            whole.apply_async,
            lambda: app.AsyncResult(links[-1][0]),
            {"task": "fail", "args": [message], "chain": [task for _, task, _ in links]},
        )

    def send_group(self, task: str, values: Mapping[str, object]) -> Sent:
        """Send a group: the same task for each value, by the task's id."""
        app = self.backend.app
        header = [app.signature(f"crisper.{task}", (value,)).set(task_id=task_id) for task_id, value in values.items()]
        return self._sent(
            list(values),
            lambda: group(header, app=app).apply_async(),
            lambda: app.GroupResult(None, [app.AsyncResult(task_id) for task_id in values]),
            {"task": task, "group": list(values.values())},
        )

    def send_chord(self, body_id: str, header: Sequence[object]) -> Sent | None:
        """Send a chord whose body returns what it is handed over: the values of the header, those in a list as a group.

        `{"fail": message}` is a task that raises. None where the chord was refused.
        """
        app = self.backend.app
        used: list[str] = []

        def task(value: object) -> Any:
            used.append(f"{body_id}-{len(used) + 1}")
            name, args = ("fail", (value["fail"],)) if isinstance(value, dict) else ("echo", (value,))
            return app.signature(f"crisper.{name}", args, immutable=True).set(task_id=used[-1])

        def member(value: object) -> Any:
            if not isinstance(value, list):
                return task(value)
            # A group that is itself a member would be taken apart, and its tasks be the header's own.
            return chain(task(None), group([task(each) for each in value], app=app), app=app)

        whole = chord([member(value) for value in header], app.signature("crisper.echo"), app=app)
        sending = self._call(
            "task", "apply_async", [body_id, *used], lambda: whole.apply_async(task_id=body_id), given={"chord": header}
        )
        # A result that knows its header would raise the header's error instead of its own.
        result = app.AsyncResult(body_id)
        return None if sending.error is not None else _on_its_way([body_id], result, sending, CHORD_PATIENCE_NS)

    def answer(self, sent: Sent, *, propagate: bool = True) -> Call:
        """Wait for the result as long as there is hope; a second and a half at least, more where sending was slow."""
        left_ns = self._until_ns(sent) - time.monotonic_ns()
        least_ns = max(LEAST_NS, min(SENDS * sent.took_ns, LONGEST_NS))
        return self._wait(sent.result, sent.ids, max(left_ns, least_ns), propagate=propagate)

    def states(self, sent: Sent) -> None:
        """Ask for the state until it is final, or will not be any more; of answers alike the last is kept."""
        last = self._state(sent)
        while (
            last.error is None and last.output not in states.READY_STATES and time.monotonic_ns() < self._until_ns(sent)
        ):
            time.sleep(LOOK_NS / 1e9)
            call = self._state(sent)
            if call.output != last.output:
                self._recorder.retain(last)
            last = call
        self._recorder.retain(last)

    def state(self, sent: Sent) -> Call:
        """Ask for the state, once."""
        call = self._state(sent)
        self._recorder.retain(call)
        return call

    def _until_ns(self, sent: Sent) -> int:
        done_ns = [self.done_at_ns(task) for task in sent.ids]
        known_ns = [each for each in done_ns if each is not None]
        return max(known_ns) + TOLD_NS if len(known_ns) == len(done_ns) else sent.sent_ns + sent.patience_ns

    def _state(self, sent: Sent) -> Call:
        return self._call("task", "state", sent.ids, lambda: sent.result.state, keep=False)

    def _sent(self, ids: list[str], send: Callable[[], Any], known: Callable[[], Any], given: dict[str, Any]) -> Sent:
        sending = self._call("task", "apply_async", ids, send, given=given)
        result = known() if sending.error else sending.output
        return _on_its_way(ids, result, sending, PATIENCE_NS)


def _on_its_way(ids: list[str], result: Any, sending: Call, patience_ns: int) -> Sent:
    took_ns = sending.returned_ns - sending.called_ns
    return Sent(ids=ids, result=result, sent_ns=sending.called_ns, took_ns=took_ns, patience_ns=patience_ns)
