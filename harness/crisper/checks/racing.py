"""What clients see of each other when they use one key at the same time."""

from __future__ import annotations

from itertools import pairwise

from crisper.checks.answers import MISSING, READS, WRITES, Missing, answered, told
from crisper.history import History
from crisper.scenario import Judged
from crisper.values import Value
from crisper.verdicts import Finding, failed, passed, undecided


#: What is written is a number of so many digits; less is half of it.
DIGITS = 6


def never_missing(history: History, _: Judged) -> Finding:
    """No read of a key that is there throughout finds nothing, or something that nobody wrote."""
    looks = list(history.seen("together"))
    missing = [op for op in history.calls(*READS) if op.outcome == "ok" and answered(op) is MISSING]
    if missing:
        shares = ", ".join(f"{each.data['missing']} of {each.data['reads']}" for each in looks)
        readers = ", ".join(str(each.data["readers"]) for each in looks)
        return failed(f"{missing[0].call} found nothing: {shares} reads by {readers} at once", missing[0].seq)
    for op in history.calls(*WRITES, *READS):
        if op.outcome == "failed":
            return failed(f"{op.call} raised {op.failure}", op.seq)
        if op.call in READS and op.outcome == "ok" and _number(answered(op)) is None:
            return failed(f"{op.call} answered {told(answered(op))}, which nobody wrote", op.seq)
    reads = sum(each.data["reads"] for each in looks)
    return passed(f"{reads} reads, each found something that was written") if reads else undecided("nothing was read")


def never_older(history: History, _: Judged) -> Finding:
    """No client reads a smaller number after a greater one."""
    reads = [op for op in history.calls(*READS) if op.outcome == "ok" and _number(answered(op)) is not None]
    for client in dict.fromkeys(op.client for op in reads):
        for before, after in pairwise(op for op in reads if op.client == client):
            older, newer = _number(answered(after)), _number(answered(before))
            if older is not None and newer is not None and older < newer:
                return failed(f"{client} read {newer}, then {older}", before.seq, after.seq)
    return passed("each client read rising numbers") if reads else undecided("nothing was read")


def success_stands_in_races(history: History, _: Judged) -> Finding:
    """Whoever stores FAILURE at the same time, SUCCESS is what is read afterwards."""
    for op in history.calls("store_result", "get_task_meta"):
        if op.outcome == "failed":
            return failed(f"{op.call} raised {op.failure}", op.seq)
    races = next(history.seen("together"), None)
    if races is None:
        return undecided("there was no race")
    lost = list(history.calls("get_task_meta"))
    if lost:
        stores = [op.seq for op in history.calls("store_result") if op.keys == lost[0].keys]
        says = f"{len(lost)} of {races.data['races']} races ended in {told(answered(lost[0]))}"
        return failed(says, *stores, lost[0].seq)
    return passed(f"SUCCESS stood in {races.data['races']} races")


def _number(answer: Value | Missing) -> int | None:
    match answer:
        case {"status": str(), "result": result}:
            return _number(result)
        case {"$bytes": str(text)} | str(text) if text.isdigit() and len(text) == DIGITS:
            return int(text)
    return None
