"""Watches keys until they are gone: coarsely at first, densely near the moment that was promised."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field

from crisper.celery.client import Client, is_missing
from crisper.celery.recorder import Call
from crisper.player.stage import SECOND, Stage


FINEST_NS = 25_000_000
APART_NS = 25_000_000
COARSEST_NS = SECOND
#: Past the promised end a quarter of the overrun is precise enough, but no coarser than this.
OVERRUN_NS = SECOND // 2

#: Long enough to see the end of what lives twice as long as it was told to.
PATIENCE = 2.5


@dataclass
class Watched:
    """One key: who wrote it and reads it, and what has been seen of it."""

    client: Client
    written: Call
    last_seen: Call | None = None
    first_missing: Call | None = None
    trouble: Call | None = None
    reads: int = 0

    @property
    def expires_ns(self) -> int:
        """The life that it was given; none where it was told never to expire."""
        return self.written.expires_ns or 0

    @property
    def watch_ns(self) -> int:
        """How long it is watched."""
        return int(self.expires_ns * PATIENCE) + SECOND

    @property
    def over(self) -> bool:
        """Whether there is nothing more to see."""
        return self.first_missing is not None or self.trouble is not None


@dataclass(order=True)
class _Due:
    at_ns: int
    number: int
    watched: Watched = field(compare=False)


def planted(client: Client, keys: list[str]) -> list[Watched]:
    """Write each key, a little apart, so that their ends lie apart as well and each can be looked at closely."""
    watched = []
    for key in keys:
        watched.append(Watched(client, client.write(key, b"mortal")))
        time.sleep(APART_NS / 1e9)
    return watched


def watch(stage: Stage, watched: list[Watched], *, until_ns: int | None = None) -> None:
    """Read each written key until it is missing, or has lived `PATIENCE` times as long as told to, or until `until_ns`.

    Of all reads only the last that saw the value, the first that did not, and one that raised are kept as Ops; how many
    there were is an Observation.
    """
    keys = [each for each in watched if each.written.error is None]
    due = [_Due(each.written.returned_ns, number, each) for number, each in enumerate(keys)]
    heapq.heapify(due)
    while due:
        next_one = heapq.heappop(due)
        if until_ns is not None and next_one.at_ns >= until_ns:
            break
        time.sleep(max(0, next_one.at_ns - time.monotonic_ns()) / 1e9)
        _look(next_one.watched)
        now = time.monotonic_ns()
        age_ns = now - next_one.watched.written.called_ns
        if not next_one.watched.over and age_ns < next_one.watched.watch_ns:
            next_one.at_ns = now + _pause(age_ns, next_one.watched.expires_ns)
            heapq.heappush(due, next_one)
    for each in keys:
        stage.retain(each.last_seen, each.first_missing, each.trouble)
    stage.observe("reads", reads=sum(each.reads for each in keys), keys=len(keys))


def _look(watched: Watched) -> None:
    call = watched.client.read(watched.written.keys[0], keep=False)
    watched.reads += 1
    if call.error is not None:
        watched.trouble = call
    elif is_missing(call):
        watched.first_missing = call
    else:
        watched.last_seen = call


def _pause(age_ns: int, expires_ns: int) -> int:
    if age_ns < expires_ns:
        return min(max((expires_ns - age_ns) // 4, FINEST_NS), COARSEST_NS)
    return min(max((age_ns - expires_ns) // 4, FINEST_NS), OVERRUN_NS)
