"""Watches keys until they are gone: coarsely at first, densely near the moment that was promised."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field

from crisper.celery.client import Client, is_missing
from crisper.celery.recorder import Call
from crisper.player.stage import SECOND, Stage


FINEST_NS = 150_000_000
APART_NS = 60_000_000
#: How long before the promised end a key is looked at for the last time but one or two: so little before that one look
#: decides (crisper.checks.expiry.GRAIN_NS), and with as much time to be late as that leaves.
NEAR_NS = 240_000_000
COARSEST_NS = 5 * SECOND
#: Past the promised end half of the overrun is precise enough, but no coarser than this.
OVERRUN_NS = 2 * SECOND

#: In lives, and a moment: long enough to see the end of what lives twice as long as it was told to; where nobody claims
#: that anything ends, to see that it does not.
PATIENCE, UNCLAIMED, MOMENT_NS = 2.5, 1.25, 2 * SECOND


@dataclass
class Watched:
    """One key: who writes and reads it, when it is planted, and what has been seen of it."""

    client: Client
    key: str
    value: object
    after_ns: int = 0
    written: Call | None = None
    last_seen: Call | None = None
    first_missing: Call | None = None
    trouble: Call | None = None
    reads: int = 0

    def look(self) -> None:
        """Write the key the first time, read it every other time."""
        if self.written is None:
            self.written = self.client.write(self.key, self.value)
            self.trouble = self.written if self.written.error is not None else None
            return
        call = self.client.read(self.key, keep=False)
        self.reads += 1
        if call.error is not None:
            self.trouble = call
        elif is_missing(call):
            self.first_missing = call
        else:
            self.last_seen = call

    def pause_ns(self, now_ns: int, *, closely: bool, patience: float) -> int | None:
        """How long to wait before the next look; None where there is nothing more to see."""
        if self.written is None or self.first_missing is not None or self.trouble is not None:
            return None
        expires_ns = self.written.expires_ns or 0
        age_ns = now_ns - self.written.called_ns
        if age_ns >= int(expires_ns * patience) + MOMENT_NS:
            return None
        return self.until_next_ns(age_ns, expires_ns, closely=closely)

    def until_next_ns(self, age_ns: int, expires_ns: int, *, closely: bool) -> int:
        """How long to wait before the next look at a key that may still be there."""
        if closely:
            return FINEST_NS
        if age_ns >= expires_ns:
            return min(max((age_ns - expires_ns) // 2, FINEST_NS), OVERRUN_NS)
        if age_ns < expires_ns // 2:
            return min(expires_ns // 2 - age_ns, COARSEST_NS) + FINEST_NS
        return max(expires_ns - age_ns - NEAR_NS, FINEST_NS)


@dataclass(order=True)
class _Due:
    at_ns: int
    number: int
    watched: Watched = field(compare=False)


def planted(client: Client, keys: list[str], value: object = b"mortal") -> list[Watched]:
    """Return keys to be written and watched, a little apart, so that each can be looked at closely at its end."""
    return [Watched(client, key, value, after_ns=number * APART_NS) for number, key in enumerate(keys)]


def watch(
    stage: Stage, watched: list[Watched], *, closely: bool = False, until_ns: int | None = None, since: str = ""
) -> None:
    """Write each key, and read it until it is missing, has lived much longer than told to, or `until_ns`.

    `closely` reads all the time instead of near the promised end only. Of all reads only the last that saw the value,
    the first that did not, and one that raised are kept as Ops; how many there were is an Observation.
    Where `since` says what the lives are counted from, they are measured, and what the server then holds is noted.
    """
    begun_ns = time.monotonic_ns()
    patience = PATIENCE if "autoexpire" in stage.claims else UNCLAIMED
    due = [_Due(begun_ns + each.after_ns, number, each) for number, each in enumerate(watched)]
    heapq.heapify(due)
    while due:
        next_one = heapq.heappop(due)
        if until_ns is not None and next_one.at_ns >= until_ns:
            break
        time.sleep(max(0, next_one.at_ns - time.monotonic_ns()) / 1e9)
        stage.expect_budget()
        next_one.watched.look()
        now_ns = time.monotonic_ns()
        pause_ns = next_one.watched.pause_ns(now_ns, closely=closely, patience=patience)
        if pause_ns is not None:
            next_one.at_ns = now_ns + pause_ns
            heapq.heappush(due, next_one)
    for each in watched:
        reads = {call.seq: call for call in (each.last_seen, each.first_missing, each.trouble) if call is not None}
        stage.retain(*(call for call in reads.values() if call is not each.written))
    stage.observe("reads", reads=sum(each.reads for each in watched), keys=len(watched), since=since)
    if since:
        stage.count("ended")
