"""Celery's keys and values in Consul, as one process uses them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable

from crisper_backends.consul.counting import Counter
from crisper_backends.consul.link import Link
from crisper_backends.consul.names import Namespace, canonical
from crisper_backends.consul.reading import Reader
from crisper_backends.consul.sessions import LONGEST_LIFE_NS, Sessions
from crisper_backends.consul.sweeping import PACE, Sweeper
from crisper_backends.consul.transactions import Entry
from crisper_backends.consul.url import Address
from crisper_backends.consul.writing import Writer


_SWEEP_EVERY = 8


class Store:
    """Connections, sessions and what is known of the agent's clock; of one process, shared by its threads."""

    def __init__(self, address: Address, *, consistency: str) -> None:
        self.pid = os.getpid()
        self.link = Link(address)
        self._reader = Reader(self.link, Namespace(address.prefix), dc=address.dc, consistency=consistency)
        sessions = Sessions(self.link, f"dc={address.dc}" if address.dc else "")
        self._writer = Writer(self.link, self._reader, sessions, dc=address.dc)
        self._counter = Counter(self.link, self._reader, self._writer)
        self._sweeper = Sweeper(self.link, self._reader, self._writer)
        self._long_writes = itertools.count(1)

    def read(self, key: str | bytes) -> bytes | None:
        """Return the value of a key, None if it has none."""
        return self._reader.one(canonical(key))

    def read_many(self, keys: Iterable[str | bytes]) -> list[bytes | None]:
        """Return the values of the keys in their order, None for each that has none."""
        names = [canonical(key) for key in keys]
        values = self._reader.many(names)
        return [values.get(name) for name in names]

    def write(self, key: str | bytes, value: bytes, life_ns: int | None) -> None:
        """Store a value for `life_ns`, None being for ever, whatever was there before."""
        self._writer.write(canonical(key), value, life_ns)
        self._sweep_after(life_ns)

    def peek(self, key: str | bytes) -> tuple[Entry | None, bytes | None]:
        """Return the entry of a key, to be swapped against, and its value, None if it has none."""
        name = canonical(key)
        entry = self._reader.entry(name)
        return entry, self._reader.value(name, entry)

    def swap(self, key: str | bytes, value: bytes, life_ns: int | None, known: Entry | None) -> bool:
        """Store a value if the key's entry is `known` still, None being absent; return whether it was."""
        swapped = self._writer.swap(canonical(key), value, life_ns, known)
        if swapped:
            self._sweep_after(life_ns)
        return swapped

    def remove(self, key: str | bytes, *, outlives: bool = False) -> None:
        """Delete a key, if it is there; `outlives` says that its life may exceed a session's."""
        self._writer.remove(canonical(key), outlives=outlives)

    def begin(self, key: str | bytes, total: int, life_ns: int | None) -> None:
        """Let a counter stand at `total`, with nothing counted."""
        self._writer.write(canonical(key), str(total).encode("ascii"), life_ns, afresh=True)
        self._sweep_after(life_ns)

    def count(self, key: str | bytes, life_ns: int | None, part: str | None = None) -> int:
        """Add one to a counter, once for each part, and return the sum."""
        return self._counter.count(canonical(key), life_ns, part)

    def extend(self, key: str | bytes, life_ns: int | None) -> None:
        """Give a key, if it is there, a new life from now on."""
        self._writer.extend(canonical(key), life_ns)

    def changed(self, key: str | bytes, index: int, wait_ns: int) -> tuple[Entry | None, bytes | None, int]:
        """Wait until a key's index differs from `index`; return its entry, value and index then."""
        name = canonical(key)
        entry, told = self._reader.changed(name, index, wait_ns)
        return entry, self._reader.value(name, entry), told

    def sweep(self) -> None:
        """Delete everything that has expired and that no session deletes."""
        self._reader.compare_clocks()
        self._sweeper.sweep()

    def _sweep_after(self, life_ns: int | None) -> None:
        if life_ns is not None and life_ns > LONGEST_LIFE_NS and next(self._long_writes) % _SWEEP_EVERY == 0:
            self._sweeper.sweep(PACE * _SWEEP_EVERY)
