"""Celery as one application sees it: a backend object, and every call on it noted."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from celery import Celery
from celery.app.task import Context
from celery.result import AsyncResult

from crisper.celery import brokers
from crisper.celery.recorder import Call, Recorder
from crisper.clauses import Layer


_numbers = itertools.count(1)
#: None is let go: what is named after an application's id() would be found by the next one that is given the same
#: (kombu/common.py, oid_from).
_apps: list[Celery] = []


def connect(url: str, *, broker: str | None = None, expires_ns: int | None, **conf: object) -> Any:
    """Return the backend object that Celery itself makes of a `result_backend` URL.

    `expires_ns` becomes `result_expires` (whole seconds as int); None means no expiry. Raises what Celery raises.
    """
    app = Celery(f"crisper-{next(_numbers)}", set_as_current=False, backend=url, fixups=[])
    _apps.append(app)
    expires = None if expires_ns is None else expires_ns / 1e9
    whole = int(expires) if expires is not None and expires.is_integer() else expires
    app.conf.update({"result_expires": whole, "result_cache_max": -1, **brokers.settings(broker), **conf})
    return app.backend


def request(task_id: str, replies: str | None, **more: object) -> Context:
    """Return a task's request as a worker holds it: what stores its result may need to know who is to have it."""
    return Context(**{"id": task_id, "reply_to": replies, "correlation_id": task_id, **more})


def announce(backend: Any, replies: str | None) -> None:
    """Do at the caller's end what sending a task does: a backend that pushes may need to know where to."""
    with backend.app.producer_or_acquire() as producer:
        backend.on_task_call(producer, replies)


@dataclass
class Replies:
    """Where results are sent to by backends that do not share them: the reply queue of whoever sent the tasks."""

    to: str | None = None


class Client:
    """One application's view of a contestant: the calls of each layer, and `write`, `read`, `remove` for either.

    Keys are handed over in the type that the backend asks for (`key_t`), as Celery does. Every method returns the
    `Call` with what came of it, and never raises what the backend raised. None is waited for longer than `patience_ns`.
    """

    def __init__(
        self,
        name: str,
        layer: Layer,
        backend: Any,
        recorder: Recorder,
        expires_ns: int | None,
        replies: Replies,
        patience_ns: int | None = None,
    ) -> None:
        self.name = name
        self.layer = layer
        self.backend = backend
        self.expires_ns = expires_ns
        self._recorder = recorder
        self.replies = replies
        self._patience_ns = patience_ns
        self._named = getattr(backend, "key_t", str)
        self._typed: Mapping[str, object] | None = None

    @classmethod
    def of(cls, client: Client) -> Self:
        """Return a client that has more to say, on the connection of another and in its name."""
        other = cls.__new__(cls)
        vars(other).update(vars(client))
        return other

    def announce(self) -> None:
        """Do at the caller's end what sending a task does; it is noted only where it raises."""
        announced = partial(announce, self.backend, self.replies.to)
        call = self._call("result", "on_task_call", [], announced, keep=False)
        if call.error is not None:
            self._recorder.retain(call)

    def _call(  # noqa: PLR0913 - what is not of this client is of the call
        self,
        layer: Layer,
        name: str,
        keys: Iterable[str],
        function: Callable[[], object],
        *,
        given: object = None,
        extra: Mapping[str, object] | None = None,
        expires_ns: int | None = None,
        keep: bool = True,
    ) -> Call:
        return self._recorder.call(
            function,
            client=self.name,
            layer=layer,
            name=name,
            keys=tuple(keys),
            given=given,
            extra=self._typed if layer == "kv" else extra,
            expires_ns=expires_ns,
            keep=keep,
            patience_ns=self._patience_ns,
        )

    def typed(self, form: Any) -> Client:
        """Return the same client, handing keys over in another type: `str`, or `str.encode` for bytes."""
        other = copy.copy(self)
        other._named, other._typed = form, {"keys": form.__name__}  # noqa: SLF001 - our own
        return other

    def in_this_thread(self, name: str) -> Client:
        """Return the same application as this thread has it: with an object of its own, unless Celery shares one."""
        other = copy.copy(self)
        other.name, other.backend = name, self.backend.app.backend
        other.replies = Replies(getattr(other.backend, "oid", None))
        return other

    def pickled(self) -> tuple[Client | None, Call]:
        """Send the backend object through pickle; return a client with what arrived, if it did."""
        self.backend.app.set_current()
        call = self._call(self.layer, "pickle", [], lambda: pickle.loads(pickle.dumps(self.backend)))  # noqa: S301
        other = copy.copy(self)
        other.name, other.backend = f"{self.name}-pickled", call.output
        return (None if call.error is not None else other), call

    def set(self, key: str, value: object, *, keep: bool = True) -> Call:
        """kv: write one value."""
        return self._call(
            "kv",
            "set",
            [key],
            lambda: self.backend.set(self._named(key), value),
            given=value,
            expires_ns=self.expires_ns,
            keep=keep,
        )

    def get(self, key: str, *, keep: bool = True) -> Call:
        """kv: read one value."""
        return self._call("kv", "get", [key], lambda: self.backend.get(self._named(key)), keep=keep)

    def mget(self, keys: list[str], form: Callable[[Iterable[object]], object] = list) -> Call:
        """kv: read several values, handed over as `form`; a lazy answer is used up, as it is given only then."""
        return self._call(
            "kv", "mget", keys, lambda: _exhausted(self.backend.mget(form(self._named(key) for key in keys)))
        )

    def delete(self, key: str) -> Call:
        """kv: remove one value."""
        return self._call("kv", "delete", [key], lambda: self.backend.delete(self._named(key)))

    def store(
        self,
        task_id: str,
        result: object,
        state: str,
        *,
        traceback: str | None = None,
        keep: bool = True,
        **more: object,
    ) -> Call:
        """result: what a worker does when a task changes its state; `more` adds to the task's request."""
        context = request(task_id, self.replies.to, **more)
        return self._call(
            "result",
            "store_result",
            [task_id],
            lambda: self.backend.store_result(task_id, result, state, traceback=traceback, request=context),
            given={"result": result, "status": state},
            extra=more if traceback is None else {"traceback": traceback, **more},
            expires_ns=self.expires_ns,
            keep=keep,
        )

    def fetch(self, task_id: str | None, *, keep: bool = True) -> Call:
        """result: what `AsyncResult` does when it is asked for the state; None is what a careless caller asks for."""
        return self._call(
            "result", "get_task_meta", [str(task_id)], lambda: self.backend.get_task_meta(task_id), keep=keep
        )

    def look(self, name: str) -> None:
        """Look whether an option is on, by the attribute of the backend object that holds something then."""
        self._call(self.layer, "switch", [], lambda: getattr(self.backend, name) not in (None, False), given=name)

    def uri(self) -> Call:
        """Ask for the URL as Celery shows it to people."""
        return self._call(self.layer, "as_uri", [], self.backend.as_uri)

    def result(self, task_id: str) -> AsyncResult:
        """Return the result of a task as Celery's own object, to be named in a request; nothing is called."""
        # Else each thread would be given a backend object of its own: celery/app/base.py, Celery.backend.
        return AsyncResult(task_id, backend=self.backend, app=self.backend.app)

    def about(self, task_id: str, attribute: str) -> Call:
        """result: what `AsyncResult` answers for an attribute; results among it as their ids."""

        def ask() -> object:
            answer = getattr(self.result(task_id), attribute)
            return [getattr(each, "id", each) for each in answer] if isinstance(answer, list) else answer

        return self._call("result", attribute, [task_id], ask)

    def pickled_result(self, task_id: str) -> Call:
        """result: the state that an `AsyncResult` tells after it went through pickle."""
        self.backend.app.set_current()
        result = AsyncResult(task_id, app=self.backend.app)
        return self._call("result", "pickled state", [task_id], lambda: pickle.loads(pickle.dumps(result)).state)  # noqa: S301

    def wait(self, task_id: str, *, timeout_ns: int, propagate: bool = True, keep: bool = True) -> Call:
        """Do what `AsyncResult.get` does; without `propagate` the error of a failed task is returned, not raised."""
        return self._wait(self.result(task_id), [task_id], timeout_ns, propagate=propagate, keep=keep)

    def _wait(
        self, result: Any, keys: list[str], timeout_ns: int, *, propagate: bool = True, keep: bool = True, **hooks: Any
    ) -> Call:
        given: dict[str, object] = {"timeout_ns": timeout_ns, "propagate": propagate}
        return self._call(
            self.layer,
            "get",
            keys,
            lambda: result.get(timeout=timeout_ns / 1e9, propagate=propagate, **hooks),
            given=given | ({"hooks": sorted(hooks)} if hooks else {}),
            keep=keep,
        )

    def forget(self, task_id: str) -> Call:
        """result: what `AsyncResult.forget` does."""
        return self._call("result", "forget", [task_id], lambda: self.backend.forget(task_id))

    def write(self, key: str, value: object, *, keep: bool = True) -> Call:
        """Write at the layer that is played; at the result layer, in a state that may be overwritten."""
        return self.set(key, value, keep=keep) if self.layer == "kv" else self.store(key, value, "STARTED", keep=keep)

    def read(self, key: str, *, keep: bool = True) -> Call:
        """Read at the layer that is played."""
        return self.get(key, keep=keep) if self.layer == "kv" else self.fetch(key, keep=keep)

    def remove(self, key: str) -> Call:
        """Remove at the layer that is played."""
        return self.delete(key) if self.layer == "kv" else self.forget(key)


def is_missing(call: Call) -> bool:
    """Whether a read found nothing; a read that raised found something out of the ordinary, not nothing."""
    if call.error is not None:
        return False
    if call.layer == "kv" or call.name == "restore_group":
        return call.output is None
    return isinstance(call.output, dict) and call.output.get("status") == "PENDING"


def state_of(call: Call) -> object:
    """Return the state that a read of a task answered; None where it raised."""
    return call.output.get("status") if isinstance(call.output, dict) else None


def _exhausted(answer: Any) -> object:
    if hasattr(answer, "items"):
        return {key.decode() if isinstance(key, bytes) else str(key): value for key, value in answer.items()}
    return list(answer)
