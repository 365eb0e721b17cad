"""What is unusual is kept as it is, or refused with an error; never silently something else."""

from __future__ import annotations

from collections.abc import Callable

from crisper.checks.answers import MISSING, READS, WRITES, Missing, answered, same, told
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.values import Value
from crisper.verdicts import Finding, failed, passed, undecided


Alike = Callable[[Value | Missing, Value | Missing], bool]


def kept_or_refused(history: History, contestant: Judged) -> Finding:
    """Every accepted write is read back as it was; a refused one changed nothing."""
    return _kept(history, contestant, alike=same)


def kept_as_text_or_refused(history: History, contestant: Judged) -> Finding:
    """The same, where a number may come back as its text, and None as nothing."""
    return _kept(history, contestant, alike=_alike)


def kept_up_to_limit(history: History, contestant: Judged) -> Finding:
    """The same, and nothing is refused that the documented limit allows."""
    limit = contestant.facts["largest_value_bytes"]
    for op in history.calls(*WRITES):
        if op.outcome != "ok" and (limit is None or _size(op.input) <= limit):
            return failed(f"{op.call} of {_size(op.input)} bytes raised {op.failure}", op.seq)
    return kept_or_refused(history, contestant)


def stays_in_namespace(history: History, _: Judged) -> Finding:
    """The server holds as many entries under the playing's own names as writes were accepted."""
    counts = [each.data["entries"] for each in history.seen("count") if "entries" in each.data]
    if not counts:
        return passed("nobody can look at what the server holds: this backend has no peek")
    accepted = {op.keys[0] for op in history.calls(*WRITES) if op.outcome == "ok"}
    if counts[-1] != len(accepted):
        return failed(f"{len(accepted)} odd names were accepted, {counts[-1]} entries are where they belong")
    return passed(f"{len(accepted)} entries, where they belong")


def _kept(history: History, _: Judged, *, alike: Alike) -> Finding:
    held: dict[str, Value | Missing] = {}
    refused = kept = 0
    for op in history.ops:
        key = op.keys[0]
        if op.call in WRITES:
            refused += op.outcome != "ok"
            if op.outcome == "ok":
                held[key] = op.input
        elif op.call in READS:
            wrong = _wrong(op, held, alike)
            if wrong:
                return failed(wrong, *(each.seq for each in history.ops if each.keys == op.keys and each.seq <= op.seq))
            kept += key in held
    if refused and not kept:
        return failed(
            f"all {refused} writes were refused, the plain ones too", *(op.seq for op in history.calls(*WRITES))
        )
    if not kept:
        return undecided("nothing was written")
    return passed(f"{kept} kept, {refused} refused with an error")


def _wrong(op: Op, held: dict[str, Value | Missing], alike: Alike) -> str | None:
    expected = held.get(op.keys[0], MISSING)
    if op.outcome != "ok":
        return None if expected is MISSING else f"what was stored as {told(expected)} cannot be read: {op.failure}"
    answer = answered(op)
    if alike(answer, expected):
        return None
    return f"{op.call} answered {told(answer)}; last written was {told(expected)}"


def _alike(answer: Value | Missing, written: Value | Missing) -> bool:
    if written is None:
        return answer is MISSING or same(answer, "None")
    return same(answer, written) or same(answer, str(written))


def _size(value: Value) -> int:
    match value:
        case {"$size": int(size)}:
            return size
        case {"$bytes": str(text)}:
            return len(text)
    return len(str(value))
