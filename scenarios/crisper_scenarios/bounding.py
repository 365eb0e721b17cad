"""Between which bounds lives may lie, and how finely they are told apart: found by search, and never failed."""

from __future__ import annotations

from crisper.checks.bounds import bounds_are_found
from crisper.player.bounds import LADDER, MS, SPAN_NS, ends, longest, narrow, shortest
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C16


@scenario({C16: bounds_are_found}, layers=("kv", "result"), lane="watch", ops=20_000, seconds=180, full=True)
def bounds_of_lives(stage: Stage) -> None:
    """Ask for shorter and for longer lives, until none is given; watch short ones, and some that differ by little."""
    shortest_ns = shortest(stage)
    if shortest_ns is None:
        return
    longest(stage, shortest_ns)
    least_ns = max(SECOND, shortest_ns)
    briefer = [each * MS for each in LADDER if shortest_ns <= each * MS < least_ns]
    *_, first, last = ends(stage, [*briefer, least_ns, least_ns + SPAN_NS])
    narrow(stage, first, last)
