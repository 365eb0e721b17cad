"""Waiting for results by Consul's blocking queries instead of polling."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from celery import states
from celery.exceptions import TimeoutError as CeleryTimeoutError
from kombu.utils.encoding import bytes_to_str

from crisper_backends.consul.errors import UnavailableError
from crisper_backends.consul.store import Store


Meta = dict[str, Any]

_DEFAULT_INTERVAL_NS = 500_000_000
#: While a key is missing its neighbours' writes end the wait, too: pause between such wakings, longer each time.
_FIRST_PAUSE_NS = 2_000_000
_LONGEST_PAUSE_NS = 100_000_000
#: Reading many keys takes some 50 us for each: this keeps it to a tenth of the time.
_PAUSE_PER_KEY_NS = 500_000


class Watch:
    """Waits for changes of one key at a time, of all keys that it is asked about since it last returned."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._index = 0
        self._pause_ns = _FIRST_PAUSE_NS

    def value(self, key: str | bytes, wait_ns: int, pause_ns: int = 0) -> tuple[bytes | None, int]:
        """Return a key's value and index once the key, or another in its place, has changed or `wait_ns` is over.

        A waking that is not the key's own is followed by a pause of at least `pause_ns`.
        """
        started_ns = time.monotonic_ns()
        entry, value, self._index = self._store.changed(key, self._index if wait_ns else 0, wait_ns)
        if wait_ns and value is None and time.monotonic_ns() - started_ns < wait_ns // 2:
            time.sleep(min(max(self._pause_ns, pause_ns), wait_ns) / 1_000_000_000)
            self._pause_ns = min(2 * self._pause_ns, _LONGEST_PAUSE_NS)
        else:
            self._pause_ns = _FIRST_PAUSE_NS
        return value, entry.index if entry is not None else 0


class Waiting:
    """What a key-value backend of Celery needs to wait without polling; `on_message` sees every state met."""

    READY_STATES: frozenset[str]
    always_retry: bool
    _cache: Any
    _ensure_not_eager: Callable[[], None]
    decode_result: Callable[[bytes], Meta]
    get_key_for_task: Callable[[Any], bytes]

    @property
    def store(self) -> Store:
        """What is read by."""
        raise NotImplementedError

    def wait_for_pending(  # noqa: PLR0913, PLR0917 - Celery's signature
        self,
        result: Any,
        timeout: float | None = None,
        interval: float | None = 0.5,
        no_ack: bool = True,  # noqa: ARG002, FBT002
        on_message: Callable[[Meta], Any] | None = None,
        on_interval: Callable[[], Any] | None = None,
        callback: Callable[..., Any] | None = None,
        propagate: bool = True,  # noqa: FBT002
    ) -> Any:
        """Return the result once it is ready; Celery's TimeoutError if it is not within `timeout` seconds."""
        meta = self._ready(result.id, timeout, interval, on_message, on_interval)
        result._maybe_set_cache(meta)  # noqa: SLF001
        return result.maybe_throw(propagate=propagate, callback=callback)

    def wait_for(
        self,
        task_id: Any,
        timeout: float | None = None,
        interval: float | None = 0.5,
        no_ack: bool = True,  # noqa: ARG002, FBT002
        on_interval: Callable[[], Any] | None = None,
    ) -> Meta:
        """Return a task's meta once it is ready; Celery's TimeoutError if it is not within `timeout` seconds."""
        return self._ready(task_id, timeout, interval, None, on_interval)

    def get_many(  # noqa: PLR0913, PLR0917 - Celery's signature
        self,
        task_ids: Iterable[Any],
        timeout: float | None = None,
        interval: float | None = 0.5,
        no_ack: bool = True,  # noqa: ARG002, FBT002
        on_message: Callable[[Meta], Any] | None = None,
        on_interval: Callable[[], Any] | None = None,
        max_iterations: int | None = None,
        READY_STATES: frozenset[str] = states.READY_STATES,  # noqa: N803
    ) -> Iterator[tuple[str, Meta]]:
        """Yield each id with its meta as they become ready; Celery's TimeoutError if some are not in time."""
        pending = {self.get_key_for_task(task_id): task_id for task_id in task_ids}
        watch = Watch(self.store)
        for passes, wait_ns in enumerate(_slices(timeout, interval) if pending else (), start=1):
            if wait_ns:
                self._attempt(watch, next(iter(pending)), wait_ns, len(pending) * _PAUSE_PER_KEY_NS)
            for key, meta in self._ready_of(pending, READY_STATES):
                if on_message is not None:
                    on_message(meta)
                yield str(bytes_to_str(pending.pop(key))), meta  # type: ignore[no-untyped-call]
            if not pending or passes == max_iterations:
                return
            if on_interval is not None:
                on_interval()

    def _ready(
        self,
        task_id: Any,
        timeout: float | None,
        interval: float | None,
        on_message: Callable[[Meta], Any] | None,
        on_interval: Callable[[], Any] | None,
    ) -> Meta:
        self._ensure_not_eager()
        key = self.get_key_for_task(task_id)
        if task_id in self._cache:
            cached: Meta = self._cache[task_id]
            return cached
        watch, seen = Watch(self.store), 0
        for wait_ns in _slices(timeout, interval):
            value, index = self._attempt(watch, key, wait_ns)
            if value is not None and index != seen:
                seen, meta = index, self.decode_result(value)
                if on_message is not None:
                    on_message(meta)
                if meta["status"] in self.READY_STATES:
                    self._keep(task_id, meta)
                    return meta
            if on_interval is not None:
                on_interval()
        raise AssertionError  # pragma: no cover - the slices end by raising

    def _attempt(self, watch: Watch, key: bytes, wait_ns: int, pause_ns: int = 0) -> tuple[bytes | None, int]:
        try:
            return watch.value(key, wait_ns, pause_ns)
        except UnavailableError:
            if not self.always_retry:
                raise
            time.sleep(min(wait_ns, _LONGEST_PAUSE_NS) / 1_000_000_000)
            return None, 0

    def _ready_of(self, pending: dict[bytes, Any], ready_states: frozenset[str]) -> Iterator[tuple[bytes, Meta]]:
        asked = []
        for key, task_id in list(pending.items()):
            if task_id in self._cache:
                yield key, self._cache[task_id]
            else:
                asked.append(key)
        for key, value in zip(asked, self.store.read_many(asked), strict=True):
            meta = None if value is None else self.decode_result(value)
            if meta is not None and meta["status"] in ready_states:
                self._keep(pending[key], meta)
                yield key, meta

    def _keep(self, task_id: Any, meta: Meta) -> None:
        if meta["status"] == states.SUCCESS:
            self._cache[task_id] = meta


def _slices(timeout: float | None, interval: float | None) -> Iterator[int]:
    """Yield 0, to look at once, then how long to wait each time until the timeout; Celery's TimeoutError after it."""
    slice_ns = max(int((interval or 0) * 1_000_000_000), 10_000_000) if interval is not None else _DEFAULT_INTERVAL_NS
    deadline_ns = None if timeout is None else time.monotonic_ns() + int(timeout * 1_000_000_000)
    yield 0
    while True:
        left_ns = slice_ns if deadline_ns is None else deadline_ns - time.monotonic_ns()
        if left_ns <= 0:
            message = "The operation timed out."
            raise CeleryTimeoutError(message)
        yield min(slice_ns, left_ns)
