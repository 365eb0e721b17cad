"""What the calls of one client mean, one after another."""

from __future__ import annotations

from crisper.checks.register import reads_see_last_write
from crisper.history import History
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


def each_answer_follows(history: History, contestant: Judged) -> Finding:
    """No call raises, and every answer is what the calls before it mean; the calls are those of the shortest sequence.

    What is deleted or forgotten is missing, the last write stands, and after SUCCESS no state does.
    """
    found = reads_see_last_write(history, contestant)
    if found.word == "fail":
        ops = [op for op in history.ops if op.seq <= found.evidence[-1]]
        return failed(f"{', '.join(op.call for op in ops)}: {found.because}", *(op.seq for op in ops))
    sequences = sum(each.data["sequences"] for each in history.seen("searched"))
    if not sequences:
        return undecided("no sequence was played")
    return passed(f"{sequences} sequences of calls, each answered as it should be")
