"""Reading what is stored under canonical names, exact about expiry."""

from __future__ import annotations

import time
from collections.abc import Sequence

from crisper_backends.consul.errors import RefusedError, UnavailableError
from crisper_backends.consul.link import Link
from crisper_backends.consul.names import Namespace
from crisper_backends.consul.transactions import OPERATIONS, Entry, commit, found, tree


#: Where a batch brings this many strangers a name (longer names that start alike), single reads are cheaper.
_STRANGERS = 8
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
        return self.value(name, found(self._link.ask("GET", f"/v1/kv/{self.space.key(name)}{self._chosen}")))

    def value(self, name: str, entry: Entry | None) -> bytes | None:
        """Return the value that a name's entry stands for, read again where a newer one has overtaken it."""
        for _ in range(_OVERTAKEN):
            if entry is None or not self.live(entry):
                return None
            if not entry.flags.attached:
                return entry.value
            key = self.space.attached(name) + entry.value.decode("ascii")
            large = found(self._link.ask("GET", f"/v1/kv/{key}{self.strict}"))
            if large is not None:
                return large.value
            entry = self.entry(name)
        return None

    def many(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return the values of those names that have one."""
        values: dict[str, bytes] = {}
        distinct = list(dict.fromkeys(names))
        crowded = False
        for start in range(0, len(distinct), OPERATIONS):
            batch = distinct[start : start + OPERATIONS]
            if crowded:
                entries = {name: value for name in batch if (value := self.one(name)) is not None}
                values |= entries
                continue
            crowded = self._read_batch(batch, values)
        if distinct and not values:
            # A get-tree hides what the ACL forbids; a plain read says so.
            self.one(distinct[0])
        return values

    def _read_batch(self, batch: Sequence[str], values: dict[str, bytes]) -> bool:
        keys = {self.space.key(name): name for name in batch}
        outcome = commit(self._link, map(tree, keys), query=self._batch, writes=False)
        if outcome.entries is None:
            message = f"Consul refused a read: {outcome.conflict}"
            raise RefusedError(message)
        for entry in outcome.entries:
            name = keys.get(entry.key)
            value = None if name is None else self.value(name, entry)
            if name is not None and value is not None:
                values[name] = value
        return len(outcome.entries) > _STRANGERS * len(batch)

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
