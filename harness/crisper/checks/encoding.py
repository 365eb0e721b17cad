"""What becomes of results on the way through serializers and compression."""

from __future__ import annotations

from crisper.checks.answers import READS, WRITES, answered, same, told
from crisper.checks.register import reads_see_last_write
from crisper.history import History
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


def named_at_least(history: History, _: Judged) -> Finding:
    """Every failure is stored, and read as one of the same name."""
    stored = {op.keys[0]: op for op in history.calls("store_result")}
    asked = list(history.calls("get_task_meta"))
    for op in (*stored.values(), *asked):
        if op.outcome != "ok":
            return failed(f"{op.call} raised {op.failure}", op.seq)
    for op in asked:
        named, told_of = stored[op.keys[0]].input["result"]["$exception"], answered(op)
        if not isinstance(told_of, dict) or told_of["status"] != "FAILURE" or _name(told_of["result"]) != named:
            return failed(f"get_task_meta answered {told(told_of)}; stored was a {named}", op.seq)
    return passed(f"{len(asked)} errors, each by its name") if asked else undecided("nothing was asked")


def right_or_refused(history: History, _: Judged) -> Finding:
    """Every read raises, or answers what was stored."""
    stored = {op.keys[0]: op for op in history.calls(*WRITES)}
    for op in stored.values():
        if op.outcome != "ok":
            return failed(f"{op.call} raised {op.failure}", op.seq)
    right = [op for op in history.calls(*READS) if op.outcome == "ok"]
    for op in right:
        write = stored[op.keys[0]]
        if not same(answered(op), write.input):
            because = f"{op.call} answered {told(answered(op))}; stored was {told(write.input)}"
            return failed(f"{because}, by another serializer", write.seq, op.seq)
    refused = sum(op.outcome != "ok" for op in history.calls(*READS))
    return passed(f"{len(right)} read rightly, {refused} refused with an error")


def compressed_or_warned(history: History, contestant: Judged) -> Finding:
    """What is stored is read rightly, and is either smaller than without compression, or was warned of."""
    finding = reads_see_last_write(history, contestant)
    if finding.word != "pass":
        return finding
    complaints = [each.data["text"] for each in history.seen("complaint")]
    if any("result_compression" in text for text in complaints):
        return passed("it warns that it compresses nothing")
    sizes = [int(op.output) for op in history.calls("stored size")]
    if not sizes:
        return passed("it does not warn; nobody can look at what it stores")
    compressed, plain = sizes
    if compressed < plain:
        return passed(f"{compressed} bytes instead of {plain}")
    first = next(history.calls("store_result"))
    return failed(f"it stores {compressed} bytes with result_compression, {plain} without, and says no word", first.seq)


def _name(result: object) -> object:
    return result.get("$exception") if isinstance(result, dict) else None
