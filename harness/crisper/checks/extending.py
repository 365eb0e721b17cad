"""Lives that are changed by `expire`."""

from __future__ import annotations

from crisper.checks.answers import MISSING, READS, WRITES, answered
from crisper.checks.expiry import gone_in_time, lives, never_early
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, merged, undecided


def life_is_changed(history: History, contestant: Judged) -> Finding:
    """Keys end when `expire` said last, and not if it said so; on a missing key it does nothing."""
    for op in history.calls(*WRITES, *READS):
        if op.outcome != "ok":
            return undecided(f"{op.call} raised {op.failure}", op.seq)
    wrong = [*_raised(history), *_misplaced(history)]
    if wrong:
        return failed("; ".join(dict.fromkeys(because for _, because in wrong)), *(op.seq for op, _ in wrong))
    return merged(check(history, contestant) for check in (never_early, gone_in_time))


def _raised(history: History) -> list[tuple[Op, str]]:
    return [(op, f"{_said(op)} raised {op.failure}") for op in history.calls("expire") if op.outcome != "ok"]


def _misplaced(history: History) -> list[tuple[Op, str]]:
    """Return the reads that found what should be gone, or did not what should be there, where time does not matter."""
    written = {op.keys[0] for op in history.calls(*WRITES)}
    last = {op.keys[0]: op for op in history.calls("expire") if op.outcome == "ok"}
    ended = {life.written.keys[0]: life.expires_ns for life in lives(history)}
    wrong = []
    for op in history.calls(*READS):
        key = op.keys[0]
        missing = answered(op) is MISSING
        due_ns = last[key].called_ns + ended[key] if key in ended and key in last else None
        if key in last and key not in written and not missing:
            wrong.append((op, f"{_said(last[key])} of a missing key made {op.call} find something"))
        elif key in last and key in written and missing and (due_ns is None or op.returned_ns < due_ns):
            wrong.append((op, f"after {_said(last[key])} {op.call} found nothing"))
    return wrong


def _said(op: Op) -> str:
    return f"expire(key, {op.input})"
