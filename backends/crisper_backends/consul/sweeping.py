"""Removing what outlived every Consul session and has expired since."""

from __future__ import annotations

import http.client
import json
import random

from crisper_backends.consul.flags import Flags
from crisper_backends.consul.link import Link
from crisper_backends.consul.reading import Reader
from crisper_backends.consul.transactions import Operation, delete, delete_tree, unchanged
from crisper_backends.consul.writing import Writer


_HOUR_NS = 3_600_000_000_000
#: Sweeping this many for every write keeps ahead of the writes.
PACE = 2


class Sweeper:
    """Deletes the entries whose hour is over, as noted when they were written; any process may, at any time."""

    def __init__(self, link: Link, reader: Reader, writer: Writer) -> None:
        self._link = link
        self._reader = reader
        self._writer = writer

    def sweep(self, limit: int | None = None) -> int:
        """Delete up to `limit` expired entries, None being all, and return how many there were to look at."""
        seen = 0
        for folder in self._over():
            notes = self._keys(folder)
            if limit is not None:
                notes = random.sample(notes, min(limit - seen, len(notes)))
            for note in notes:
                self._settle(note, note.removeprefix(folder))
            seen += len(notes)
            if limit is not None and seen >= limit:
                break
        return seen

    def _over(self) -> list[str]:
        everything = self._reader.space.until()
        hour = self._link.clock.earliest_ns() // _HOUR_NS
        folders = self._keys(everything, "&separator=/")
        return [folder for folder in folders if int(folder.removeprefix(everything).rstrip("/")) <= hour]

    def _keys(self, folder: str, more: str = "") -> list[str]:
        answer = self._link.ask("GET", f"/v1/kv/{folder}{self._reader.strict}&keys{more}")
        if answer.expect(http.client.NOT_FOUND).status == http.client.NOT_FOUND:
            return []
        return [str(key) for key in json.loads(answer.body)]

    def _settle(self, note: str, name: str) -> None:
        known = self._reader.entry(name)
        operations: list[Operation] = [delete(note)]
        if known is not None and known.flags != Flags() and not self._reader.live(known):
            key = self._reader.space.key(name)
            operations = [
                unchanged(key, known),
                delete(key),
                delete_tree(self._reader.space.attached(name)),
                *operations,
            ]
        self._writer.commit(operations)
