"""Celery's result backend on Consul's key-value store, whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from celery import states
from celery.backends.base import KeyValueStoreBackend
from celery.exceptions import ImproperlyConfigured
from kombu.utils.encoding import bytes_to_str
from kombu.utils.url import maybe_sanitize_url

from crisper_backends.consul.chords import Chords
from crisper_backends.consul.errors import UnavailableError
from crisper_backends.consul.lifetimes import Lifetimes, life_ns
from crisper_backends.consul.sessions import LONGEST_LIFE_NS
from crisper_backends.consul.store import Store
from crisper_backends.consul.url import from_url
from crisper_backends.consul.waiting import Waiting


try:
    import consul
except ImportError:
    consul = None


class ConsulBackend(Chords, Waiting, KeyValueStoreBackend):  # type: ignore[misc]
    """Keeps results in Consul until exactly their expiry, and hands them out as soon as they are there.

    Drop-in for `celery.backends.consul.ConsulBackend`; docs/consul.md has the URL's grammar, promises and limits.
    """

    consul = consul
    consistency = "consistent"
    path: str | None = None

    implements_incr = True
    supports_autoexpire = True
    supports_native_join = True
    supports_result_compression = True
    supports_failure_expires = True

    def __init__(self, *args: Any, url: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, url=url, **kwargs)
        if not url:
            message = "consulkv: the backend needs a URL: consulkv://host:8500/prefix"
            raise ImproperlyConfigured(message)
        self.address = from_url(url)
        self.hostname, self.port, self.path = self.address.host, self.address.port, self.address.prefix
        self.consistency = self.address.consistency or type(self).consistency
        self.lifetimes = Lifetimes(self.expires, self.app.conf)
        self._outlives = self.lifetimes.longest_ns() > LONGEST_LIFE_NS
        self._store = Store(self.address, consistency=self.consistency)

    @property
    def store(self) -> Store:
        """What this process reads and writes by; after a fork the child has its own."""
        if self._store.pid != os.getpid():
            self._store = Store(self.address, consistency=self.consistency)
        return self._store

    def client(self) -> Any:
        """Return a `consul.Consul` on this backend's own connections."""
        from crisper_backends.consul.http import client

        return client(self.address, lambda: self.store.link, consistency=self.consistency)

    def get(self, key: str | bytes) -> bytes | None:
        """Return the value, None if there is none or it has expired."""
        return self.store.read(key)

    def mget(self, keys: Iterable[str | bytes]) -> list[bytes | None]:
        """Return the values in the order of the keys, None for each that has none."""
        return self.store.read_many(keys)

    def set(self, key: str | bytes, value: str | bytes | int) -> bool:
        """Store the value, to expire as results do; it is readable on return, or an error was raised."""
        self.store.write(key, _payload(value), self.lifetimes.result_ns)
        return True

    def delete(self, key: str | bytes) -> bool:
        """Remove the key, if it is there."""
        if not self.keeps(key):
            self.store.remove(key, outlives=self._outlives)
        return True

    def expire(self, key: str | bytes, value: float | None) -> None:
        """Let the key, if it is there, live for `value` seconds from now; None and 0 are for ever."""
        self.store.extend(key, life_ns(value))

    def task_result_exists(self, task_id: Any) -> bool:
        """Whether any state of this task is stored."""
        return self.get(self.get_key_for_task(task_id)) is not None

    def cleanup(self) -> None:
        """Remove what expired after a life of more than a day; everything else, Consul removes itself."""
        self.store.sweep()

    def exception_safe_to_retry(self, exc: BaseException) -> bool:
        """Whether the same call may succeed later."""
        return isinstance(exc, UnavailableError)

    def as_uri(self, include_password: bool = False) -> str:  # noqa: FBT002
        """Return the URL, without its token unless asked for."""
        url = str(self.url) if self.url.startswith("consulkv") else f"consulkv+{self.url}"
        return url if include_password else str(maybe_sanitize_url(url))

    def __reduce__(self, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        # None would be read as "whatever the app says": 0 says for ever, as None did here.
        kept = {"url": self.url, "expires": self.expires or 0, "serializer": self.serializer}
        return super().__reduce__(args, kept | (kwargs or {}))

    def _set_with_state(self, key: str | bytes, value: str | bytes, state: str) -> None:
        self.store.write(key, _payload(value), self.lifetimes.of(state))

    def _store_result(
        self,
        task_id: Any,
        result: Any,
        state: str,
        traceback: Any = None,
        request: Any = None,
        **_kwargs: Any,
    ) -> Any:
        """Store a state unless SUCCESS is stored, decided by Consul: nothing that comes late can replace it."""
        meta = self._get_result_meta(result=result, state=state, traceback=traceback, request=request)
        meta["task_id"] = bytes_to_str(task_id)  # type: ignore[no-untyped-call]
        key, payload, life = self.get_key_for_task(task_id), _payload(self.encode(meta)), self.lifetimes.of(state)
        # What is stored first is stored in one request; who knows better looks first.
        known_absent = state == states.STARTED or not self.app.conf.task_track_started
        if known_absent and self.store.swap(key, payload, life, None):
            return result
        for _ in self.store.link.attempts():
            known, current = self.store.peek(key)
            if current is not None and self.decode(current)["status"] == states.SUCCESS:
                break
            if self.store.swap(key, payload, life, known):
                break
        return result


def _payload(value: str | bytes | int) -> bytes:
    """Return what is stored of a value: bytes as they are, text as UTF-8, a number as its digits; else TypeError."""
    match value:
        case bytes():
            return value
        case str():
            return value.encode()
        case bytearray() | memoryview():
            return bytes(value)
        case bool() | None:
            pass
        case int():
            return str(value).encode("ascii")
    message = f"a value is bytes, str or int, not {type(value).__name__}"
    raise TypeError(message)
