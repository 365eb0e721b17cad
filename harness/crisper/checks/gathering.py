"""What comes of asking for many results at once."""

from __future__ import annotations

from crisper.checks.waiting import GRACE_NS, SECOND, lag_ns, middling, seconds
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.values import shown
from crisper.verdicts import Finding, failed, passed, undecided


def each_once(history: History, _: Judged) -> Finding:
    """Of the ids that were asked for, each stored one is yielded once, with what was stored, and no other."""
    if refused := [op for op in history.calls("store_result") if op.outcome != "ok"]:
        return failed(f"store_result raised {refused[0].failure}", refused[0].seq)
    stored = {op.keys[0]: op.input["result"] for op in history.calls("store_result")}
    asked = [op for op in history.calls("get_many") if set(op.keys) & set(stored)]
    for op in asked:
        if op.outcome != "ok":
            return failed(f"get_many raised {op.failure}", op.seq)
        told = [(task, result) for task, _, result in op.output]
        expected = [(task, stored[task]) for task in dict.fromkeys(op.keys) if task in stored]
        if sorted(told) != sorted(expected):
            return failed(f"get_many of {len(op.keys)} ids told {_told(told)}; stored were {_told(expected)}", op.seq)
    return passed(f"{len(asked)} times each once") if asked else undecided("nothing was asked")


def ends_in_time(history: History, _: Judged) -> Finding:
    """What waits for a task that never comes ends by its timeout, with TimeoutError, and most hardly later."""
    stored = {op.keys[0] for op in history.calls("store_result")}
    waits = [op for op in history.calls("get_many") if not set(op.keys) & stored]
    for op in waits:
        if op.error != "TimeoutError":
            came = f"raised {op.failure}" if op.error else f"yielded {shown(op.output)}"
            return failed(f"get_many of what never comes {came}", op.seq)
        if (early := _early(op)) is not None:
            return early
    if not waits:
        return undecided("nothing was asked that never comes")
    # The machine may have kept one.
    return _late(middling(waits), history) or passed("it ended in time")


def nothing_comes(history: History, _: Judged) -> Finding:
    """Whoever waits for nothing is given nothing, without an error."""
    for op in history.ops:
        if op.outcome != "ok":
            return failed(f"{op.call} of no tasks raised {op.failure}", op.seq)
        if op.output != []:
            return failed(f"{op.call} of no tasks gave {shown(op.output)}", op.seq)
    return passed("nothing, without an error") if history.ops else undecided("nothing was asked")


def _early(op: Op) -> Finding | None:
    early_ns = _timeout_ns(op) - (op.returned_ns - op.called_ns)
    return failed(_says(op), op.seq, margin_ns=early_ns) if early_ns > 0 else None


def _late(op: Op, history: History) -> Finding | None:
    says, late_ns = _says(op), op.returned_ns - op.called_ns - _timeout_ns(op) - GRACE_NS
    if late_ns > lag_ns(history):
        return failed(says, op.seq, margin_ns=late_ns)
    return undecided(says, op.seq) if late_ns > 0 else None


def _timeout_ns(op: Op) -> int:
    return int(op.input["timeout"] * SECOND)


def _says(op: Op) -> str:
    return f"get_many(timeout={op.input['timeout']:g}) gave up after {seconds(op.returned_ns - op.called_ns)}"


def _told(pairs: list[tuple[str, object]]) -> str:
    return ", ".join(shown(value) for _, value in pairs) or "nothing"
