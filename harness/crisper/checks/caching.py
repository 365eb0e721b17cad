"""What a client may remember."""

from __future__ import annotations

from crisper.checks.answers import MISSING, answered, told
from crisper.history import History
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


def success_alone_is_remembered(history: History, _: Judged) -> Finding:
    """Of what was forgotten elsewhere only SUCCESS is still told, and by who has a cache for it."""
    told_sizes = [each.data for each in history.seen("client") if "result_cache_max" in each.data["conf"]]
    sizes = {each["client"]: each["conf"]["result_cache_max"] for each in told_sizes}
    first: dict[str, str] = {}
    for op in history.ops:
        if op.outcome != "ok":
            return failed(f"{op.call} raised {op.failure}", op.seq)
        if op.call != "get_task_meta":
            continue
        state = str(op.output["status"])
        if op.keys[0] not in first:
            first[op.keys[0]] = state
            continue
        remembered, size = first[op.keys[0]], sizes[op.client]
        kept = size > 0 and remembered == "SUCCESS"
        if kept != (answered(op) is not MISSING):
            says = f"a {remembered} that was read and then forgotten elsewhere is {told(answered(op))}"
            return failed(f"{says}, with result_cache_max {size}", *_about(history, op.keys[0]))
    return passed("SUCCESS alone is remembered, by who has a cache") if first else undecided("nothing was read")


def _about(history: History, key: str) -> list[int]:
    return [op.seq for op in history.ops if op.keys == [key]]
