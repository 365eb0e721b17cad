"""What goes in must come out: every read against the last write of its key, in one client's order."""

from __future__ import annotations

from collections import defaultdict

from crisper.checks.answers import (
    MISSING,
    READS,
    REMOVALS,
    WRITES,
    Missing,
    answered,
    each_answer,
    same,
    told,
    written,
)
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.values import Value
from crisper.verdicts import Finding, failed, passed, undecided


class _Register:
    """What each key may hold: one value, or several after a call that may or may not have happened."""

    def __init__(self) -> None:
        self.held: defaultdict[str, list[Value | Missing]] = defaultdict(lambda: [MISSING])

    def change(self, op: Op) -> None:
        held = self.held[op.keys[0]]
        value = written(op) if op.call in WRITES else MISSING
        changed = [each if op.call == "store_result" and _stands(each) else value for each in held]
        self.held[op.keys[0]] = changed if op.outcome == "ok" else [*held, *changed]

    def contradicted(self, key: str, answer: Value | Missing) -> bool:
        """Whether no possible value was answered; if one was, the others are possible no longer."""
        seen = [value for value in self.held[key] if same(answer, value)]
        self.held[key] = seen or self.held[key]
        return not seen


def _stands(value: Value | Missing) -> bool:
    """Whether no later state replaces this one."""
    return isinstance(value, dict) and value.get("status") == "SUCCESS"


def reads_see_last_write(history: History, _: Judged) -> Finding:
    """Every read says what the last completed write of its key stored, but for states after SUCCESS; no call raises."""
    register = _Register()
    reads = 0
    for op in history.ops:
        if op.outcome == "failed":
            return failed(f"{op.call} raised {op.failure}", op.seq)
        if op.call in WRITES + REMOVALS:
            register.change(op)
        elif op.outcome == "ok" and op.call in (*READS, "mget"):
            reads += 1
            if found := _contradiction(op, register):
                last = _last_change(history, op)
                return failed(found, *([last.seq] if last else []), op.seq)
    if not reads:
        return undecided("no read came to an answer")
    return passed(f"{reads} reads, each as last written")


def _contradiction(op: Op, register: _Register) -> str | None:
    if op.call in READS:
        answer = answered(op)
        if register.contradicted(op.keys[0], answer):
            return _difference(op.call, register.held[op.keys[0]], answer)
        return None
    answers = each_answer(op)
    if answers is None:
        size = len(op.output) if isinstance(op.output, list) else "something else"
        return f"{op.call} of {len(op.keys)} keys answered {size}"
    for place, (key, answer) in enumerate(zip(op.keys, answers, strict=True)):
        if register.contradicted(key, answer):
            difference = _difference(op.call, register.held[key], answer)
            return f"{difference}, at place {place} of {len(op.keys)}"
    return None


def _difference(call: str, held: list[Value | Missing], answer: Value | Missing) -> str:
    return f"{call} answered {told(answer)}; last written was {told(held[-1])}"


def _last_change(history: History, read: Op) -> Op | None:
    changes = [op for op in history.calls(*WRITES, *REMOVALS) if op.seq < read.seq and op.keys[0] in read.keys]
    return changes[-1] if changes else None
