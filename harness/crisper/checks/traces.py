"""What a playing leaves on the server, as counted behind Celery's back."""

from __future__ import annotations

from crisper.checks.answers import WRITES
from crisper.history import History, Observation
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


SECOND = 1_000_000_000


def reading_leaves_nothing(history: History, _: Judged) -> Finding:
    """The server holds after the reads what it held before them."""
    counts = list(history.seen("count"))
    if len(counts) < 2:  # noqa: PLR2004 - before and after
        return passed("nobody can look at what the server holds, so that its answers alone can be judged")
    if changes := _changes(counts[0], counts[-1]):
        return failed(f"reading left something on the server: {changes}")
    return passed("the server holds what it held before")


def nothing_is_left(history: History, _: Judged) -> Finding:
    """Of what has expired, and of what was removed, the server holds nothing any more; how long that took is told."""
    if refused := [op for op in history.ops if op.outcome == "failed"]:
        return failed(f"{refused[0].call} raised {refused[0].failure}", refused[0].seq)
    counts = list(history.seen("count"))
    if not counts:
        return passed("nobody can look at what the server holds")
    before, *later = counts
    if not any(_changes(before, each) for each in later):
        return undecided("nothing of it was ever seen on the server")
    ended_ns = max(op.returned_ns + (op.expires_ns or 0) for op in history.calls(*WRITES))
    since = f"{(later[-1].at_ns - ended_ns) / SECOND:.1f} s after the end of the last life"
    if changes := _changes(before, later[-1]):
        return failed(f"{since} something is left on the server: {changes}")
    return passed(f"nothing is left {since}")


def _changes(before: Observation, after: Observation) -> str:
    numbers = {kind: (before.data.get(kind, 0), number) for kind, number in after.data.items() if kind != "moment"}
    return ", ".join(f"{kind} {was} → {now}" for kind, (was, now) in numbers.items() if was != now)
