"""Reading what is stored under canonical names, exact about expiry."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from crisper_backends.consul.errors import RefusedError, UnavailableError
from crisper_backends.consul.link import Link
from crisper_backends.consul.names import Namespace
from crisper_backends.consul.transactions import OPERATIONS, Entry, commit, found, get


#: What is said of a missing key: https://github.com/hashicorp/consul/blob/v1.20.0/agent/consul/state/txn.go, KVGet.
_ABSENT = "doesn't exist"
#: How often an attached value may be overtaken by a newer write before it is called missing.
_OVERTAKEN = 5


class Reader:
    """Reads entries and values; what has expired is missing, whether Consul still holds it or not."""

    def __init__(self, link: Link, space: Namespace, *, dc: str | None, consistency: str) -> None:
        self.space = space
        self._link = link
        strict, chosen = _query(dc, "consistent"), _query(dc, consistency)
        self.strict = f"?{strict}"
        self._chosen = f"?{chosen}" if chosen else ""
        self._batch = chosen

    def entry(self, name: str) -> Entry | None:
        """Return the entry of a name, expired or not, as the leader has it."""
        return found(self._link.ask("GET", f"/v1/kv/{self.space.key(name)}{self.strict}"))

    def live(self, entry: Entry | None) -> bool:
        """Whether the entry is there and has certainly not expired before now by the agent's clock."""
        if entry is None:
            return False
        expires_ms = entry.flags.expires_ms
        return not expires_ms or self._link.clock.earliest_ns() < expires_ms * 1_000_000

    def one(self, name: str) -> bytes | None:
        """Return the value of a name, None where there is none."""
        answer = self._link.ask("GET", f"/v1/kv/{self.space.key(name)}{self._chosen}")
        return self.value(name, found(answer), self._chosen)

    def value(self, name: str, entry: Entry | None, query: str | None = None) -> bytes | None:
        """Return the value that a name's entry stands for, read again from the leader where a newer has overtaken it.

        `query` is how the entry was read, by default from the leader.
        """
        query = self.strict if query is None else query
        for _ in range(_OVERTAKEN):
            if entry is None or not self.live(entry):
                return None
            if not entry.flags.attached:
                return entry.value
            key = self.space.attached(name) + entry.value.decode("ascii")
            large = found(self._link.ask("GET", f"/v1/kv/{key}{query}"))
            if large is not None:
                return large.value
            entry, query = self.entry(name), self.strict
        return None

    def many(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return the values of those names that have one."""
        values: dict[str, bytes] = {}
        distinct = list(dict.fromkeys(names))
        for start in range(0, len(distinct), OPERATIONS):
            for name, entry in self._present(distinct[start : start + OPERATIONS]):
                value = self.value(name, entry, self._chosen)
                if value is not None:
                    values[name] = value
        if distinct and not values:
            # In a transaction what the ACL forbids looks like what is missing; a plain read tells them apart.
            self.one(distinct[0])
        return values

    def _present(self, names: Sequence[str]) -> Iterator[tuple[str, Entry]]:
        """Yield the names that have an entry, with it: a missing one fails the batch, which is read without it then."""
        keys = {self.space.key(name): name for name in names}
        while keys:
            outcome = commit(self._link, map(get, keys), query=self._batch, writes=False)
            if outcome.applied:
                break
            if any(_ABSENT not in why for why in outcome.failures.values()):
                message = f"Consul refused a read: {outcome.conflict}"
                raise RefusedError(message)
            keys = {key: name for place, (key, name) in enumerate(keys.items()) if place not in outcome.failures}
        else:
            return
        found_in = {entry.key: entry for entry in outcome.entries}
        for key, name in keys.items():
            # What the ACL hides from a transaction, a plain read refuses.
            entry = found_in.get(key) or self.entry(name)
            if entry is not None:
                yield name, entry

    def changed(self, name: str, index: int, wait_ns: int) -> tuple[Entry | None, int]:
        """Return a name's entry, and its index, once the index differs from `index` or `wait_ns` is over.

        While there is no such key any neighbour's write ends the wait, too:
        https://developer.hashicorp.com/consul/api-docs/features/blocking
        """
        wait_ms = max(wait_ns // 1_000_000, 1)
        path = f"/v1/kv/{self.space.key(name)}{self.strict}&index={index}&wait={wait_ms}ms"
        if not self._link.waiters.acquire(blocking=False):
            time.sleep(min(wait_ms, 50) / 1000)
            path, wait_ms = f"/v1/kv/{self.space.key(name)}{self.strict}", 0
            answer = self._link.ask("GET", path)
        else:
            try:
                answer = self._link.wait(path, wait_ms * 1_000_000)
            finally:
                self._link.waiters.release()
        told = int(answer.headers.get("X-Consul-Index", 0))
        entry = found(answer)
        # An index that went back means that the server lost its state.
        return (entry if self.live(entry) else None), (told if told >= index else 0)

    def compare_clocks(self) -> None:
        """See to it that the agent's clock has been compared with ours."""
        if not self._link.clock.compared:
            self._link.ask("GET", "/v1/status/leader")
            if not self._link.clock.compared:
                message = "Consul's answers carry no Date"
                raise UnavailableError(message)


def _query(dc: str | None, consistency: str) -> str:
    words = [f"dc={dc}"] if dc else []
    if consistency != "default":
        words.append(consistency)
    return "&".join(words)
