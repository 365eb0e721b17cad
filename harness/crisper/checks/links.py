"""Calls over a link that was slow for a while: each came back right, or raised, and was quick again after it."""

from __future__ import annotations

from statistics import median

from crisper.checks.answers import READS, WRITES, answered, same, told, written
from crisper.checks.bursts import acknowledged_is_kept
from crisper.checks.faults import Fault, faults
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, merged, passed, undecided


SECOND = 1_000_000_000

#: What waits to be sent once more is sent within a second, and does not count.
SETTLED_NS = SECOND

#: A write is quick if it takes no longer than this, or no more than so many times as long as before.
QUICK_NS, TIMES = SECOND // 10, 5

#: A link over which writes take hardly longer than before was never slow.
SLOWED_NS = SECOND // 20


def right_over_slow_link(history: History, contestant: Judged) -> Finding:
    """Every call comes back right or raises, what was acknowledged is kept, and writes are as quick as before."""
    for seen in history.seen("impossible"):
        return Finding(word="inapplicable", because=f"no slow link can be had: {seen.data['because']}")
    kept = acknowledged_is_kept(history, contestant)
    speeds = _quick_again(history)
    worst = merged([kept, *_came_back(history), speeds])
    return passed(f"{kept.because}; {speeds.because}") if worst.word == "pass" else worst


def _came_back(history: History) -> list[Finding]:
    (fault,) = faults(history)
    during = [op for op in history.ops if op.called_ns < fault.ended_ns and op.returned_ns > fault.began_ns]
    if not any(op.call in READS for op in during):
        return [undecided(f"nothing was read while the link was {fault.what}")]
    return [found for op in during if (found := _wrong(op, history, fault)) is not None]


def _wrong(op: Op, history: History, fault: Fault) -> Finding | None:
    if op.error == "NoAnswerError":
        took_s = (op.returned_ns - op.called_ns) / SECOND
        return failed(f"{op.call} was given up after {took_s:.1f} s while the link was {fault.what}", op.seq)
    if op.call not in READS or op.outcome != "ok":
        return None
    for write in history.calls(*WRITES):
        acknowledged = write.outcome == "ok" and write.returned_ns <= op.called_ns
        if acknowledged and write.keys == op.keys and not same(answered(op), written(write)):
            because = f"{op.call} answered {told(answered(op))} while the link was {fault.what}"
            return failed(f"{because}; stored was {told(written(write))}", write.seq, op.seq)
    return None


def _quick_again(history: History) -> Finding:
    (fault,) = faults(history)
    before = _took_ns(history, 0, fault.began_ns)
    meanwhile = _took_ns(history, fault.began_ns, fault.ended_ns)
    after = _took_ns(history, fault.recovered_ns + SETTLED_NS, None)
    if before is None or meanwhile is None or after is None:
        return undecided("too little was stored to tell how long it took")
    in_turn = f"{before / 1e6:.1f} ms before, {meanwhile / 1e6:.1f} ms while the link was {fault.what}"
    because = f"half of the writes took no longer than {in_turn}, {after / 1e6:.1f} ms after"
    if meanwhile < before + SLOWED_NS:
        return undecided(f"the link was not slow: {because}")
    bound_ns = max(QUICK_NS, TIMES * before)
    if after <= bound_ns:
        return passed(because)
    lag_ns = max((int(each.data["max_ns"]) for each in history.seen("lag")), default=0)
    if after - lag_ns <= bound_ns:
        return undecided(f"{because}, but the instrument itself lagged by {lag_ns / 1e6:.1f} ms")
    return failed(because, margin_ns=int(after - bound_ns))


def _took_ns(history: History, since_ns: int, until_ns: int | None) -> float | None:
    """Return the median time of the writes that were begun within a while; None where there were none."""
    took = [
        op.returned_ns - op.called_ns
        for op in history.calls(*WRITES)
        if op.outcome == "ok" and since_ns <= op.called_ns and (until_ns is None or op.called_ns < until_ns)
    ]
    return median(took) if took else None
