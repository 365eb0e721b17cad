"""A burst of writes in which something broke: what was acknowledged is there, and what else became of it."""

from __future__ import annotations

from crisper.checks.answers import MISSING, READS, WRITES, answered, same, told, written
from crisper.checks.faults import faults
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


SECOND = 1_000_000_000


def acknowledged_is_kept(history: History, _: Judged) -> Finding:
    """Every write that was acknowledged, before, while or after the server was broken, is read again."""
    writes = list(history.calls(*WRITES))
    reads = {op.keys[0]: op for op in history.calls(*READS) if op.outcome == "ok"}
    kept = [op for op in writes if op.outcome == "ok"]
    lost = [op for op in kept if op.keys[0] in reads and not same(answered(reads[op.keys[0]]), written(op))]
    unread = sum(op.keys[0] not in reads for op in kept)
    if lost:
        read = reads[lost[0].keys[0]]
        because = (
            f"{len(lost)} of {len(kept)} acknowledged writes are lost: {read.call} answered {told(answered(read))}"
        )
        return failed(f"{because}; {_others(history, reads)}", lost[0].seq, read.seq)
    if unread or not kept:
        return undecided(f"{unread} of {len(kept)} acknowledged writes could not be read again")
    if not any(op.returned_ns <= faults(history)[0].began_ns for op in kept):
        return undecided("nothing was acknowledged before the server was broken")
    return passed(f"{len(kept)} acknowledged writes are there; {_others(history, reads)}")


def _others(history: History, reads: dict[str, Op]) -> str:
    """Say what became of the rest: what was not acknowledged, what hung, and how long it took to come through again."""
    refused = [op for op in history.calls(*WRITES) if op.outcome != "ok"]
    found = sum(op.keys[0] in reads and answered(reads[op.keys[0]]) is not MISSING for op in refused)
    hung = sum(op.error == "NoAnswerError" for op in refused)
    return f"of {len(refused)} not acknowledged {found} were found; {hung} calls hung; {_again(history)}"


def _again(history: History) -> str:
    """Say how long it took until a write came through again: some servers recover before they are mended."""
    fault = faults(history)[-1]
    kept = [op for op in history.calls(*WRITES) if op.outcome == "ok"]
    through = [op.returned_ns for op in kept if op.called_ns >= fault.began_ns or op.returned_ns > fault.ended_ns]
    if not through:
        return f"none came through after it was {fault.what}"
    if (first := min(through)) < fault.ended_ns:
        return f"the first came through {(first - fault.began_ns) / SECOND:.1f} s after it was {fault.what}"
    return f"the first came through {(first - fault.ended_ns) / SECOND:.1f} s after it was mended"
