"""Writing under canonical names: every write takes effect whole, with its expiry, or not at all."""

from __future__ import annotations

import http.client
from uuid import uuid4

from crisper_backends.consul.errors import TooLargeError
from crisper_backends.consul.flags import Flags
from crisper_backends.consul.link import Link
from crisper_backends.consul.names import Namespace
from crisper_backends.consul.reading import Reader
from crisper_backends.consul.sessions import LONGEST_LIFE_NS, Sessions
from crisper_backends.consul.transactions import (
    Entry,
    Operation,
    Outcome,
    commit,
    delete,
    delete_tree,
    present,
    put,
    unchanged,
)


#: Consul's own limit on a value: https://developer.hashicorp.com/consul/docs/install/performance#kv-store-limits
LARGEST_BYTES = 524_288
#: A transaction of 524,288 bytes holds this much in base64, with room for long keys.
INLINE_BYTES = 380_000
_HOUR_MS = 3_600_000


class Writer:
    """Writes and deletes values; a life of None is for ever."""

    def __init__(self, link: Link, reader: Reader, sessions: Sessions, *, dc: str | None) -> None:
        self.reader = reader
        self._link = link
        self._space: Namespace = reader.space
        self._sessions = sessions
        self._query = f"dc={dc}" if dc else ""

    def write(self, name: str, value: bytes, life_ns: int | None, *, afresh: bool = False) -> None:
        """Replace whatever is there, and begin a new life; `afresh` forgets what a counter has counted, too."""
        before = (delete_tree(self._space.parts(name)),) if afresh else ()
        for _ in self._link.attempts():
            known = self.reader.entry(name) if len(value) > INLINE_BYTES else None
            if self._put(name, value, life_ns, before):
                self._drop_large(name, known)
                return

    def swap(self, name: str, value: bytes, life_ns: int | None, known: Entry | None) -> bool:
        """Replace what is there if it is `known` still (None: absent); return whether it was."""
        if not self._put(name, value, life_ns, (unchanged(self._space.key(name), known),)):
            return False
        if len(value) > INLINE_BYTES:
            self._drop_large(name, known)
        return True

    def remove(self, name: str, *, outlives: bool) -> None:
        """Delete a name and all that is attached to it; `outlives` says that it may be noted as outliving sessions."""
        folders = self._space.attached(name), self._space.parts(name)
        operations = [delete(self._space.key(name)), *map(delete_tree, folders)]
        if outlives:
            known = self.reader.entry(name)
            if known is not None and known.flags.expires_ms:
                operations.append(delete(self._note(name, known.flags)))
        self.commit(operations)
        self._sessions.released(self._space.key(name))

    def extend(self, name: str, life_ns: int | None) -> None:
        """Give what is there a new life; a missing name is left alone."""
        for _ in self._link.attempts():
            known = self.reader.entry(name)
            value = self.reader.value(name, known)
            if known is None or value is None or self.swap(name, value, life_ns, known):
                return

    def commit(self, operations: list[Operation], *, repeatable: bool = True) -> Outcome:
        """Apply the operations, and drop sessions that Consul no longer knows from use."""
        outcome = commit(self._link, operations, query=self._query, repeatable=repeatable)
        if "session" in outcome.conflict:
            for operation in operations:
                self._sessions.lost(operation.get("Session", ""))
        return outcome

    def session(self, key: str, life_ns: int | None) -> str | None:
        """Return the session to hold a key written now; None where no session would live that long."""
        if life_ns is None or life_ns > LONGEST_LIFE_NS:
            return None
        return self._sessions.holding(key, life_ns)

    def expiring(self, life_ns: int | None) -> Flags:
        """Return the flags of what is written now, to be read for at least `life_ns`."""
        if life_ns is None:
            return Flags()
        self.reader.compare_clocks()
        return Flags(expires_ms=-(-(self._link.clock.latest_ns() + life_ns) // 1_000_000))

    def _put(self, name: str, value: bytes, life_ns: int | None, before: tuple[Operation, ...]) -> bool:
        if len(value) > LARGEST_BYTES:
            message = f"{len(value)} bytes exceed Consul's {LARGEST_BYTES}"
            raise TooLargeError(message)
        key = self._space.key(name)
        session = self.session(key, life_ns)
        flags = self.expiring(life_ns)
        operations = [*before, delete(key)]
        if len(value) > INLINE_BYTES:
            token = self._attach(name, value, session)
            operations.append(present(self._space.attached(name) + token, session))
            flags, value = Flags(expires_ms=flags.expires_ms, attached=True), token.encode("ascii")
        else:
            operations.append(delete_tree(self._space.attached(name)))
        operations.append(put(key, value, flags, session))
        if session is None and flags.expires_ms:
            operations.append(put(self._note(name, flags), b"", Flags(), None))
        return self.commit(operations).applied

    def _attach(self, name: str, value: bytes, session: str | None) -> str:
        """Store a value that no transaction can carry, where no reader looks before its name says so; return where."""
        token = uuid4().hex
        held = f"acquire={session}" if session else "cas=0"
        path = f"/v1/kv/{self._space.attached(name)}{token}?{held}&flags={Flags().pack()}"
        answer = self._link.ask("PUT", f"{path}&{self._query}" if self._query else path, value)
        if answer.status == http.client.REQUEST_ENTITY_TOO_LARGE:
            message = f"Consul is set to take no value of {len(value)} bytes"
            raise TooLargeError(message)
        if session and b"invalid session" in answer.body:
            self._sessions.lost(session)
        else:
            answer.expect()
        return token

    def _drop_large(self, name: str, replaced: Entry | None) -> None:
        if replaced is not None and replaced.flags.attached:
            self.commit([delete(self._space.attached(name) + replaced.value.decode("ascii"))])

    def _note(self, name: str, flags: Flags) -> str:
        return self._space.until(flags.expires_ms // _HOUR_MS + 1) + name
