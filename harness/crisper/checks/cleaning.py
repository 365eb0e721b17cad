"""What goes when it has expired, and what stays."""

from __future__ import annotations

from crisper.checks.answers import MISSING, answered, same, told
from crisper.checks.expiry import LATE_NS, SECOND
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, merged, passed, undecided


def results_go(history: History, _: Judged) -> Finding:
    """Results that have expired are gone, the others are there."""
    return _all_go(history, "store_result", "get_task_meta")


def groups_go(history: History, _: Judged) -> Finding:
    """Groups that have expired are gone, the others are there."""
    return _all_go(history, "save_group", "restore_group")


def _all_go(history: History, write: str, read: str) -> Finding:
    writes = {op.keys[0]: op for op in history.calls(write)}
    reads = list(history.calls(read))
    cleanup = next(history.calls("cleanup"), None)
    for op in (*writes.values(), *([cleanup] if cleanup else []), *reads):
        if op.outcome != "ok":
            return failed(f"{op.call} raised {op.failure}", op.seq)
    if not reads:
        because = "cleanup() would reach what others keep at the same place, and another place cannot be had"
        return Finding(word="inapplicable", because=because)
    worst = merged(_goes(writes[op.keys[0]], op, cleanup, [*writes.values()]) for op in reads)
    how = "cleanup() removed what had expired" if cleanup else "what had expired was gone by itself"
    return passed(f"{how}, and nothing else") if worst.word == "pass" else worst


def _goes(write: Op, read: Op, cleanup: Op | None, writes: list[Op]) -> Finding:
    life_ns = write.expires_ns or 0
    evidence = [op.seq for op in (write, cleanup, read) if op is not None]
    age = f"{read.call} {(read.called_ns - write.returned_ns) / SECOND:.1f} s after {write.call}"
    says = f"{age}, with result_expires of {life_ns / SECOND:g} s{', and cleanup()' if cleanup else ''}, answered"
    if read.called_ns > write.returned_ns + life_ns + LATE_NS:
        if answered(read) is MISSING:
            return passed("gone")
        return failed(f"{says} {told(answered(read))}", *evidence)
    if read.returned_ns < write.called_ns + life_ns:
        if same(answered(read), write.input):
            return passed("there")
        # What ended too early may have ended with what was written before.
        before = [op.seq for op in writes if op.seq < write.seq]
        return failed(f"{says} {told(answered(read))}", *before, *evidence)
    return undecided(f"{says} {told(answered(read))}: too near to the end", *evidence)
