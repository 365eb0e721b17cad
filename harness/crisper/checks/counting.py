"""Whether counters count."""

from __future__ import annotations

from collections import Counter

from crisper.history import History
from crisper.scenario import Judged
from crisper.values import shown
from crisper.verdicts import Finding, failed, passed, undecided


def counts_exactly(history: History, _: Judged) -> Finding:
    """One after the other, a key's counts are 1, 2 and so on; together, clients get each of them once."""
    expected: Counter[str] = Counter()
    for op in history.calls("incr"):
        if op.outcome != "ok":
            return failed(f"incr raised {op.failure}", op.seq)
        expected[op.keys[0]] += 1
        if op.output != expected[op.keys[0]]:
            return failed(f"incr answered {shown(op.output)} the {expected[op.keys[0]]}. time", op.seq)
    sums = [number for each in history.seen("counted") for number in each.data["sums"]]
    if not sums:
        return undecided("nobody counted together")
    if sorted(sums) != list(range(1, len(sums) + 1)):
        return failed(f"{len(sums)} counted together, and the greatest sum is {max(sums)}, {_repeated(sums)}")
    return passed(f"{len(sums)} counted together, each got another sum")


def _repeated(sums: list[int]) -> str:
    number, times = Counter(sums).most_common(1)[0]
    return f"{number} was told {times} times" if times > 1 else "some were left out"
