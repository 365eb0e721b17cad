"""What a search for the bounds of lives found, in words."""

from __future__ import annotations

from crisper.bounding import bounds
from crisper.checks.expiry import SECOND
from crisper.history import History
from crisper.measurements import Bounds
from crisper.scenario import Judged
from crisper.verdicts import Finding, passed, undecided


DAY_NS = 86_400 * SECOND


def bounds_are_found(history: History, _: Judged) -> Finding:
    """Tell between which lengths lives are accepted, the shortest that was kept, and the step in which they end."""
    found = bounds(history)
    if not found:
        return undecided("no life was asked for")
    one = found[0]
    if one.shortest_ns is None or one.longest_ns is None:
        return passed(f"no life was accepted: {one.below}")
    floor = f" (a shorter one: {one.below})" if one.below else " or shorter"
    ceiling = f" (a longer one: {one.above})" if one.above else " or longer"
    accepted = f"accepted from {_span(one.shortest_ns)}{floor} to {_span(one.longest_ns)}{ceiling}"
    return passed(f"{accepted}; {_ended(one)}")


def _ended(one: Bounds) -> str:
    if one.ended < one.watched:
        return f"{one.watched - one.ended} of {one.watched} watched outlived two and a half times their length"
    shorter = " or shorter" if one.unkept_ns is None and one.kept_ns != one.shortest_ns else ""
    kept = "none was kept" if one.kept_ns is None else f"kept from {_span(one.kept_ns)}{shorter}"
    if one.step_ns is None:
        return f"{kept}; by what they end apart could not be seen"
    if one.same_ns is None:
        return f"{kept}; {_span(one.step_ns)} apart they end apart, and what is finer could not be seen"
    return f"{kept}; {_span(one.same_ns)} apart they may end together, {_span(one.step_ns)} apart never"


def _span(time_ns: int) -> str:
    if time_ns >= DAY_NS and time_ns % DAY_NS == 0:
        return f"{time_ns // DAY_NS} d"
    return f"{time_ns / SECOND:.9g} s"
