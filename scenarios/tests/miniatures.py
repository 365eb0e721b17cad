"""A result backend that keeps everything it is told; those that lie in one way each are made from it.

`must_fail` are the clauses that a lie breaks for certain, at one layer at least; `may_fail` those that it can reach, or
not, as the calls happen to fall; `undecidable` those of which it leaves nobody able to tell.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from celery import states
from celery.backends.base import KeyValueStoreBackend
from celery.exceptions import ImproperlyConfigured
from kombu.utils.encoding import ensure_bytes


SECOND = 1_000_000_000

Clauses = frozenset[str]

#: A value, and the moment at which it ends; CLOCK_MONOTONIC is the same in every process.
Entry = tuple[bytes, int | None]


class Files:
    """Entries in files of one folder, for whoever knows the folder."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)

    def __setitem__(self, key: bytes, entry: Entry) -> None:
        number, name = tempfile.mkstemp(dir=self._folder)
        with open(number, "wb") as file:  # noqa: PTH123 - a number is no path
            pickle.dump(entry, file)
        os.replace(name, self._file(key))  # noqa: PTH105 - the same

    def __delitem__(self, key: bytes) -> None:
        try:
            self._file(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def get(self, key: bytes, default: Any = None) -> Any:
        try:
            return pickle.loads(self._file(key).read_bytes())
        except FileNotFoundError:
            return default

    def pop(self, key: bytes, default: Any = None) -> Any:
        found = self.get(key, default)
        self._file(key).unlink(missing_ok=True)
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._file(b"lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _file(self, key: bytes) -> Path:
        return self._folder / hashlib.sha256(key).hexdigest()


class Honest(KeyValueStoreBackend):
    """Keeps what it is told, exactly as long as it was told to, in the folder that its URL names.

    Without a folder, for all objects of its class in this process.
    """

    supports_autoexpire = True
    supports_failure_expires = True
    supports_result_compression = True
    implements_incr = True
    must_fail: ClassVar[Clauses] = frozenset()
    may_fail: ClassVar[Clauses] = frozenset()
    undecidable: ClassVar[Clauses] = frozenset()

    entries: Any
    lock: ClassVar[threading.RLock]

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.entries, cls.lock = {}, threading.RLock()

    def __init__(self, app: Any, url: str | None = None, **more: Any) -> None:
        super().__init__(app, url=url, **more)
        place = urlsplit(url or "")
        if place.query:
            self.options(place.query)
        if place.path:
            self.entries = Files(place.path)

    def __reduce__(self, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        return super().__reduce__(args, {"url": self.url, "expires": self.expires} | (kwargs or {}))

    def options(self, query: str) -> None:
        raise ImproperlyConfigured(f"no such option: {query}")

    def name(self, key: str | bytes) -> bytes:
        named: bytes = ensure_bytes(key)
        return named

    def get(self, key: str | bytes) -> bytes | None:
        return self.alive(key)

    def mget(self, keys: Any) -> list[bytes | None]:
        return [self.alive(key) for key in keys]

    def set(self, key: str | bytes, value: Any) -> None:
        with self.lock:
            self.entries[self.name(key)] = ensure_bytes(value), self.due_ns()

    def _set_with_state(self, key: str | bytes, value: Any, state: str) -> None:
        with self.lock:
            self.set(key, value)
            life = self.app.conf.get("result_failure_expires")
            if state == states.FAILURE and life is not None:
                self.expire(key, life)

    def delete(self, key: str | bytes) -> None:
        with self.lock:
            self.entries.pop(self.name(key), None)

    def _store_result(self, *args: Any, **more: Any) -> Any:
        with self.lock:
            return super()._store_result(*args, **more)

    def incr(self, key: str | bytes) -> int:
        with self.alone():
            _, due_ns = self.entries.get(self.name(key), (None, None))
            before = self.alive(key)
            count = int(before or 0) + 1
            self.entries[self.name(key)] = str(count).encode(), self.due_ns() if before is None else due_ns
            return count

    def expire(self, key: str | bytes, value: float | None) -> None:
        with self.alone():
            held = self.alive(key)
            if held is not None:
                self.entries[self.name(key)] = held, time.monotonic_ns() + int(value * SECOND) if value else None

    def on_chord_part_return(self, request: Any, state: str, result: Any, **more: Any) -> None:
        if self.counts(f"part-{request.group}-{request.id}-{request.group_index}"):
            super().on_chord_part_return(request, state, result, **more)

    def counts(self, part: str) -> bool:
        with self.lock:
            counted = self.alive(part) is not None
            self.set(part, b"counted")
            return not counted

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self.lock:
            if isinstance(self.entries, Files):
                with self.entries.locked():
                    yield
            else:
                yield

    def alive(self, key: str | bytes) -> bytes | None:
        value, due_ns = self.entries.get(self.name(key), (None, None))
        return None if due_ns is not None and time.monotonic_ns() >= due_ns else value

    def due_ns(self) -> int | None:
        return time.monotonic_ns() + int(self.expires * SECOND) if self.expires else None


Honest.__init_subclass__()
