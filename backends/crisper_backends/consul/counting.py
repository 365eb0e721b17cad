"""Exact counters, in which a named part counts once however often it is counted."""

from __future__ import annotations

from crisper_backends.consul.link import Link
from crisper_backends.consul.names import canonical
from crisper_backends.consul.reading import Reader
from crisper_backends.consul.transactions import Entry, Operation, delete, found, put, replace, unchanged
from crisper_backends.consul.writing import Writer


class Counter:
    """Counts under canonical names; a new counter gets the life given, an old one keeps its own."""

    def __init__(self, link: Link, reader: Reader, writer: Writer) -> None:
        self._link = link
        self._reader = reader
        self._writer = writer

    def count(self, name: str, life_ns: int | None, part: str | None = None) -> int:
        """Add one and return the sum; a part counted before gets the sum of then.

        Without a part, an answer that is lost leaves it open whether it counted: UnavailableError is raised, once sent.
        """
        for _ in self._link.attempts():
            known = self._reader.entry(name)
            live = known is not None and self._reader.live(known)
            total = int(known.value) + 1 if live and known is not None else 1
            operations = self._counted(name, known if live else None, known, life_ns, total)
            mark = None if part is None else self._reader.space.parts(name) + canonical(part)
            if mark is not None:
                operations += self._marked(mark, life_ns, total)
            if self._writer.commit(operations, repeatable=mark is not None).applied:
                break
            marked = None if mark is None else found(self._link.ask("GET", f"/v1/kv/{mark}{self._reader.strict}"))
            if marked is not None:
                return int(marked.value)
        return total

    def _counted(
        self, name: str, live: Entry | None, known: Entry | None, life_ns: int | None, total: int
    ) -> list[Operation]:
        value = str(total).encode("ascii")
        if live is not None:
            return [replace(live, value)]
        key = self._reader.space.key(name)
        first = put(key, value, self._writer.expiring(life_ns), self._writer.session(key, life_ns))
        return [unchanged(key, known), delete(key), first]

    def _marked(self, mark: str, life_ns: int | None, total: int) -> list[Operation]:
        flags, session = self._writer.expiring(life_ns), self._writer.session(mark, life_ns)
        return [unchanged(mark, None), put(mark, str(total).encode("ascii"), flags, session)]
