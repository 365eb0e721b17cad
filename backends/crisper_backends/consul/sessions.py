"""Consul sessions, shared by the keys of a time slot: each ends, and its keys with it, after all of them expired."""

from __future__ import annotations

import heapq
import http.client
import json
import logging
import threading
import time
from dataclasses import dataclass, field

from crisper_backends.consul.errors import RefusedError, UnavailableError
from crisper_backends.consul.link import Answer, Link


logger = logging.getLogger(__name__)

_SECOND_NS = 1_000_000_000
#: Ending a session with 1,000 keys stalls Raft for some 13 ms, with 10,000 for 103 ms.
KEYS = 1_000
#: The bounds of a TTL: https://developer.hashicorp.com/consul/api-docs/session#ttl
SHORTEST_TTL_S = 10
LONGEST_TTL_S = 86_400
#: The longest life that a session can serve. At the very end of it the slot is covered by the server's doubling of
#: every TTL: https://github.com/hashicorp/consul/blob/v1.20.0/agent/consul/session_ttl.go#L127
LONGEST_LIFE_NS = LONGEST_TTL_S * _SECOND_NS
_SHORTEST_SLOT_NS = 5 * _SECOND_NS
_LONGEST_SLOT_NS = 3_600 * _SECOND_NS
#: What an expiry may be written late, through a wrong clock and a slow transaction.
_MARGIN_NS = 5 * _SECOND_NS
#: An external node: no agent's death or leave ends its sessions. The address is nobody's (RFC 5737).
NODE = {"Node": "celery-results", "Address": "192.0.2.1"}


@dataclass
class _Slot:
    """A session, until when it takes keys, and by when the last of them has expired."""

    session: str
    closes_ns: int
    empty_ns: int = 0
    keys: set[str] = field(default_factory=set)

    def takes(self, key: str, now_ns: int) -> bool:
        return now_ns < self.closes_ns and (key in self.keys or len(self.keys) < KEYS)


class Sessions:
    """Hands out a session for each key with an expiry, making few of them; safe to share between threads."""

    def __init__(self, link: Link, query: str) -> None:
        self._link = link
        self._query = f"?{query}" if query else ""
        self._node: str | None = NODE["Node"]
        self._lock = threading.Lock()
        self._open: dict[int, _Slot] = {}
        self._closed: list[tuple[int, str]] = []

    def holding(self, key: str, life_ns: int) -> str:
        """Return a session that outlives `key`, written now to live for `life_ns`."""
        ttl_s = _ttl_s(life_ns)
        with self._lock:
            now_ns = time.monotonic_ns()
            slot = self._open.get(ttl_s)
            if slot is None or not slot.takes(key, now_ns):
                if slot is not None:
                    heapq.heappush(self._closed, (slot.empty_ns, slot.session))
                slot = _Slot(self._created(ttl_s), now_ns + _slot_ns(life_ns))
                self._open[ttl_s] = slot
            slot.keys.add(key)
            slot.empty_ns = max(slot.empty_ns, now_ns + life_ns + _MARGIN_NS)
            done = heapq.heappop(self._closed) if self._closed and self._closed[0][0] < now_ns else None
        if done is not None:
            self._end(done[1])
        return slot.session

    def lost(self, session: str) -> None:
        """Forget a session that Consul knows no more."""
        with self._lock:
            self._open = {ttl_s: slot for ttl_s, slot in self._open.items() if slot.session != session}

    def released(self, key: str) -> None:
        """Make room for another key where `key`, now deleted, was."""
        with self._lock:
            for slot in self._open.values():
                slot.keys.discard(key)

    def _end(self, session: str) -> None:
        try:
            self._link.ask("PUT", f"/v1/session/destroy/{session}{self._query}").expect()
        except (RefusedError, UnavailableError) as error:
            logger.debug("A session was left to its TTL: %s", error)

    def _created(self, ttl_s: int) -> str:
        answer = self._create(ttl_s)
        if self._node is not None and answer.status != http.client.OK:
            if b"Missing node" in answer.body:
                registered = self._link.ask("PUT", f"/v1/catalog/register{self._query}", json.dumps(NODE))
                answer = self._create(ttl_s) if registered.status == http.client.OK else registered
            if answer.status == http.client.FORBIDDEN:
                logger.warning(
                    "Consul's ACL grants no node:write on %s: sessions are bound to the agent's node: "
                    "results are deleted when it leaves",
                    self._node,
                )
                self._node = None
                answer = self._create(ttl_s)
        return str(json.loads(answer.expect().body)["ID"])

    def _create(self, ttl_s: int) -> Answer:
        # No checks: else a result goes when the agent that wrote it dies. No lock-delay: else a key cannot be written
        # for 15 s after it expired.
        request: dict[str, object] = {
            "Name": "celery-results",
            "TTL": f"{ttl_s}s",
            "Behavior": "delete",
            "LockDelay": "0s",
            "NodeChecks": [],
        }
        if self._node is not None:
            request["Node"] = self._node
        return self._link.ask("PUT", f"/v1/session/create{self._query}", json.dumps(request))


def _slot_ns(life_ns: int) -> int:
    return min(max(life_ns // 4, _SHORTEST_SLOT_NS), _LONGEST_SLOT_NS)


def _ttl_s(life_ns: int) -> int:
    """Return the TTL for a life, the same for lives that differ by up to an eighth, so that they share sessions."""
    needed_s = -(-(life_ns + _slot_ns(life_ns) + _MARGIN_NS) // _SECOND_NS)
    step_s = 1 << max(needed_s.bit_length() - 4, 0)
    return min(max(-(-needed_s // step_s) * step_s, SHORTEST_TTL_S), LONGEST_TTL_S)
