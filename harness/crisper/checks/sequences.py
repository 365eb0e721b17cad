"""What sequences of calls mean that were searched for: those of one client, or of several at the same time."""

from __future__ import annotations

from itertools import groupby

from crisper.checks.linearizable import linearizable
from crisper.checks.register import reads_see_last_write
from crisper.history import History, Op
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
    return _searched(history, "answered as it should be")


def some_order_follows(history: History, contestant: Judged) -> Finding:
    """No call raises, and some order of the clients' calls explains every answer; the calls are the fewest that fail.

    An order is one of which `linearizable` knows.
    """
    found = linearizable(history, contestant)
    if found.word == "fail":
        clients = groupby(sorted(history.ops, key=_client), key=_client)
        says = "; ".join(f"{name}: {', '.join(op.call for op in ops)}" for name, ops in clients)
        return failed(f"{says}: {found.because}", *found.evidence)
    return _searched(history, "explained by one order")


def _searched(history: History, how: str) -> Finding:
    sequences = sum(each.data["sequences"] for each in history.seen("searched"))
    if not sequences:
        return undecided("no sequence was played")
    return passed(f"{sequences} sequences of calls, each {how}")


def _client(op: Op) -> str:
    return op.client
