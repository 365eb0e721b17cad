"""What those who wait for a group of tasks are told."""

from __future__ import annotations

from crisper.history import History
from crisper.scenario import Judged
from crisper.values import shown
from crisper.verdicts import Finding, failed, passed, undecided


def members_in_order(history: History, _: Judged) -> Finding:
    """Every wait for a group answers what its members stored, in the order of the members."""
    stored = {op.keys[0]: op for op in history.calls("store_result")}
    for op in stored.values():
        if op.outcome != "ok":
            return failed(f"store_result raised {op.failure}", op.seq)
    waits = list(history.calls("GroupResult.get"))
    for op in waits:
        expected = [stored[key].input["result"] for key in op.keys]
        if op.outcome != "ok":
            return failed(f"GroupResult.get of {len(op.keys)} stored results raised {op.failure}", op.seq)
        if op.output != expected:
            return failed(_difference(expected, op.output), op.seq)
    return passed(f"{len(waits)} groups, each in order") if waits else undecided("nobody waited")


def _difference(expected: list[object], found: object) -> str:
    if not isinstance(found, list) or len(found) != len(expected):
        return f"GroupResult.get of {len(expected)} results returned {shown(found)}"
    place = next(number for number, value in enumerate(expected) if found[number] != value)
    return f"GroupResult.get returned {shown(found[place])} at place {place}; stored was {shown(expected[place])}"
