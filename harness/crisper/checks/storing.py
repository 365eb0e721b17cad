"""What becomes of a store that reaches nobody, or cannot succeed."""

from __future__ import annotations

from crisper.checks.answers import MISSING, READS, WRITES, answered, told
from crisper.checks.faults import faults
from crisper.history import History, Op
from crisper.scenario import Check, Judged
from crisper.verdicts import Finding, failed, passed, undecided


def stores_reach_somebody(history: History, _: Judged) -> Finding:
    """What was stored without an error can be read; of a server that broke, what was stored since."""
    since_ns = min((fault.began_ns for fault in faults(history)), default=0)
    stores = [op for op in history.calls(*WRITES) if op.called_ns >= since_ns]
    accepted = [op for op in stores if op.outcome == "ok"]
    for op in accepted:
        reads = _reads_after(op, history)
        if reads and all(answered(read) is MISSING for read in reads):
            because = f"{op.call} raised nothing, and reached nobody: {reads[0].call} answered nothing"
            return failed(because, op.seq, reads[0].seq)
    if not stores:
        return undecided("nothing was stored")
    return passed(f"{len(accepted)} stores reached somebody, {len(stores) - len(accepted)} raised")


def refused_within(bound_ns: int) -> Check:
    """Return the check that every store which raises does so within `bound_ns`."""

    def check(history: History, _: Judged) -> Finding:
        lag_ns = max((int(each.data["max_ns"]) for each in history.seen("lag")), default=0)
        refused = [op for op in history.calls(*WRITES) if op.outcome != "ok"]
        for op in refused:
            took_ns = op.returned_ns - op.called_ns
            because = f"{op.call} of {told(op.input)} raised {op.failure}, after {took_ns / 1e9:.2g} s"
            if took_ns - lag_ns > bound_ns:
                return failed(because, op.seq, margin_ns=took_ns - bound_ns)
            if took_ns > bound_ns:
                return undecided(f"{because}, but the instrument itself lagged by {lag_ns / 1e9:.2g} s", op.seq)
        return passed(f"{len(refused)} stores raised at once")

    return check


def _reads_after(store: Op, history: History) -> list[Op]:
    reads = [op for op in history.calls(*READS) if op.keys == store.keys and op.called_ns >= store.returned_ns]
    return [op for op in reads if op.outcome == "ok"]
