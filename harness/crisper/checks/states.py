"""What a task's state may do once it is SUCCESS."""

from __future__ import annotations

from crisper.checks.answers import answered, same, told
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


def success_stands(history: History, _: Judged) -> Finding:
    """After the first SUCCESS of a task is stored, whatever is stored later is ignored."""
    successes: dict[str, Op] = {}
    reads = 0
    for op in history.ops:
        if op.outcome == "failed":
            return failed(f"{op.call} raised {op.failure}", op.seq)
        if op.outcome == "unknown":
            continue
        success = successes.get(op.keys[0])
        if op.call == "store_result" and op.input["status"] == "SUCCESS":
            successes.setdefault(op.keys[0], op)
        elif op.call == "get_task_meta" and success is not None:
            reads += 1
            if not same(answered(op), success.input):
                because = f"{told(success.input)} was stored; a later store made it {told(answered(op))}"
                return failed(because, success.seq, op.seq)
    return passed(f"SUCCESS stood through {reads} later stores") if reads else undecided("nothing was read")
