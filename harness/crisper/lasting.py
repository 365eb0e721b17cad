"""How long keys lasted: what a watch saw of them, as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from crisper.bounding import bounds
from crisper.checks.answers import READS, WRITES
from crisper.checks.expiry import GRAIN_NS, lives
from crisper.history import History, Op
from crisper.measurements import Bounds, Lifetimes, Validity, enough


Lived = tuple[int, int | None]


def lasted(history: History, promises: Iterable[str]) -> list[Lifetimes | Bounds]:
    """Return all that a playing measured of lives."""
    return [*lifetimes(history, promises), *bounds(history)]


def lifetimes(history: History, promises: Iterable[str]) -> list[Lifetimes]:
    """Return how long the keys of a playing lived, by how long they were told to; nothing where none was measured.

    `promises` are the clauses without which the numbers mean nothing.
    """
    since = next((str(each.data["since"]) for each in history.seen("reads") if each.data.get("since")), "")
    if not since or history.broken is not None:
        return []
    told = {op.expires_ns for op in history.calls(*WRITES, "expire") if op.expires_ns}
    found = [_of(history, since, expires_ns, list(promises)) for expires_ns in sorted(told)]
    return [each for each in found if each.lives or each.failures]


def overrun(lived: Sequence[Lived], expires_ns: int, share: float) -> int | None:
    """Return a quantile of how long keys were readable past their time; None where that cannot be known."""
    ends = sorted(math.inf if end is None else end for _, end in lived)
    if not enough(len(ends), share):
        return None
    at = ends[math.ceil(share * len(ends)) - 1]
    return None if at == math.inf else int(at) - expires_ns


def longest(lived: Sequence[Lived], expires_ns: int) -> int | None:
    """Return the largest overrun; None where some key has no end, or there is none."""
    ends = [end for _, end in lived if end is not None]
    return max(ends) - expires_ns if ends and len(ends) == len(lived) else None


def _of(history: History, since: str, expires_ns: int, promises: list[str]) -> Lifetimes:
    raised = _raised(history, expires_ns)
    lived = [
        (life.at_least_ns, life.at_most_ns)
        for life in lives(history)
        if life.expires_ns == expires_ns and life.written.keys[0] not in {op.keys[0] for op in raised}
    ]
    validity, because = _validity(lived, expires_ns, raised)
    return Lifetimes(
        scenario=history.play.scenario,
        contestant=history.play.contestant,
        layer=history.play.layer,
        since=since,
        expires_ns=expires_ns,
        lives=lived,
        early=sum(end is not None and end < expires_ns for _, end in lived),
        failures=len(raised),
        p50_ns=overrun(lived, expires_ns, 0.50),
        p95_ns=overrun(lived, expires_ns, 0.95),
        p99_ns=overrun(lived, expires_ns, 0.99),
        longest_ns=longest(lived, expires_ns),
        held=_held(history),
        others=next((int(each.data["count"]) for each in history.seen("others")), None),
        promises=promises,
        validity=validity,
        because=because,
    )


def _held(history: History) -> dict[str, int] | None:
    """Return what the server held at the end; None where nobody looked, or where others are among it."""
    if len({op.expires_ns for op in history.calls(*WRITES)}) > 1 or any(history.seen("others")):
        return None
    found = next((each.data for each in history.seen("count") if each.data["moment"] == "ended"), None)
    return found and {kind: int(number) for kind, number in found.items() if kind != "moment"}


def _raised(history: History, expires_ns: int) -> list[Op]:
    """Return the first call that raised of each key with that life."""
    keys = {op.keys[0] for op in history.calls(*WRITES, "expire") if op.expires_ns == expires_ns}
    found = [op for op in history.calls(*WRITES, *READS, "expire") if op.outcome != "ok" and op.keys[0] in keys]
    return list({op.keys[0]: op for op in reversed(found)}.values())[::-1]


def _validity(lived: Sequence[Lived], expires_ns: int, raised: Sequence[Op]) -> tuple[Validity, str]:
    if raised:
        return "failing", f"{raised[0].call} raised {raised[0].failure}"
    if not enough(len(lived), 0.50):
        return "too few", f"{len(lived)} keys are too few for a median"
    ended = [(seen, end) for seen, end in lived if end is not None and end >= expires_ns]
    loosely = sum(end - seen > max(GRAIN_NS, (end - expires_ns) // 2) for seen, end in ended)
    if 2 * loosely > len(lived):
        return "generator-bound", f"{loosely} of {len(lived)} keys were looked at too rarely near their end"
    return "valid", ""
