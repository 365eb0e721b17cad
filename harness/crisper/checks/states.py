"""What a task's state may do once it is SUCCESS."""

from __future__ import annotations

from crisper.checks.answers import answered, same, told
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


def success_stands(history: History, _: Judged) -> Finding:
    """After the first SUCCESS is stored, whatever is stored later is ignored."""
    success: Op | None = None
    reads = 0
    for op in history.ops:
        if op.outcome != "ok":
            return failed(f"{op.call} raised {op.failure}", op.seq)
        if op.call == "store_result" and success is None and op.input["status"] == "SUCCESS":
            success = op
        elif op.call == "get_task_meta" and success is not None:
            reads += 1
            if not same(answered(op), success.input):
                return failed(
                    f"{told(success.input)} was stored; a later store made it {told(answered(op))}", success.seq, op.seq
                )
    return passed(f"SUCCESS stood through {reads} later stores") if reads else undecided("nothing was read")
