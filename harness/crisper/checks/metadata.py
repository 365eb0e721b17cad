"""What a stored result tells besides its value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from crisper.checks.answers import answered, same, told
from crisper.history import History, Op
from crisper.scenario import Check, Judged
from crisper.values import Value, shown
from crisper.verdicts import Finding, failed, passed, undecided


ALWAYS = ("status", "result", "traceback", "children", "task_id")
RELATED = ("group_id", "parent_id")


def meta_is_complete(history: History, _: Judged) -> Finding:
    """Every stored result tells the documented fields; date_done is an ISO date in ready states only."""
    for op in history.calls("get_task_meta"):
        wrong = f"get_task_meta raised {op.failure}" if op.outcome != "ok" else _lacking(op)
        if wrong:
            return failed(wrong, op.seq)
    return passed("every field is told")


def meta_tells(expected: Mapping[str, Value]) -> Check:
    """Return the check that what is stored tells these fields, too."""

    def check(history: History, _: Judged) -> Finding:
        ops = list(history.calls("store_result", "get_task_meta"))
        for op in ops:
            if op.outcome != "ok":
                return failed(f"{op.call} raised {op.failure}", op.seq)
            meta = op.output if op.call == "get_task_meta" else expected
            wrong = {name: meta.get(name) for name, value in expected.items() if meta.get(name) != value}
            if wrong:
                fields = ", ".join(f"{name} {shown(value)}" for name, value in wrong.items())
                return failed(f"get_task_meta told {fields}; stored was otherwise", op.seq)
        return passed(f"{', '.join(expected)} are told") if ops else undecided("nothing was asked")

    return check


def uuids_are_ids(history: History, _: Judged) -> Finding:
    """What is stored under a UUID, or under its text, is told to who asks by either."""
    stored = {op.keys[0]: op for op in history.calls("store_result", "store_result(UUID)")}
    asked = list(history.calls("get_task_meta", "get_task_meta(UUID)"))
    for op in (*stored.values(), *asked):
        if op.outcome != "ok":
            return failed(f"{op.call} raised {op.failure}", op.seq)
    for op in asked:
        store = stored[op.keys[0]]
        if not same(answered(op), store.input):
            return failed(f"{op.call} answered {told(answered(op))}; {store.call} had stored it", store.seq, op.seq)
    return passed("a UUID is as good as its text") if asked else undecided("nothing was asked")


def attribute_is(expected: Value, *calls: str) -> Check:
    """Return the check that every one of these calls answered so."""

    def check(history: History, _: Judged) -> Finding:
        ops = list(history.calls(*calls))
        for op in ops:
            if op.outcome != "ok":
                return failed(f"{op.call} raised {op.failure}", op.seq)
            if op.output != expected:
                return failed(f"{op.call} answered {op.output!r}; stored was {expected!r}", op.seq)
        return passed(f"{len(ops)} times {expected!r}") if ops else undecided("nothing was asked")

    return check


def answers_are(call: str, expected: Sequence[Value]) -> Check:
    """Return the check that the calls of a name answered these, one after the other."""

    def check(history: History, _: Judged) -> Finding:
        ops = list(history.calls(call))
        for op in history.ops:
            if op.outcome != "ok":
                return failed(f"{op.call} raised {op.failure}", op.seq)
        for op, value in zip(ops, expected, strict=True):
            if op.output != value:
                return failed(f"{call} answered {shown(op.output)}, not {shown(value)}", op.seq)
        return passed(f"{call} answered {', '.join(map(shown, expected))}")

    return check


def errors_are(*expected: str) -> Check:
    """Return the check that the calls which must be refused, the last ones, raised these classes of errors."""

    def check(history: History, _: Judged) -> Finding:
        last = history.ops[-len(expected) :]
        for op, name in zip(last, expected, strict=True):
            if op.error != name:
                found = op.failure if op.error else f"nothing, and answered {op.output!r}"
                return failed(f"{op.call} should have raised {name}; it raised {found}", op.seq)
        return passed(f"raised {', '.join(expected)}")

    return check


def before(count: int, check: Check) -> Check:
    """Return a check that looks at all Ops but the last `count`."""

    def shortened(history: History, contestant: Judged) -> Finding:
        return check(msgspec.structs.replace(history, ops=history.ops[:-count]), contestant)

    return shortened


def _lacking(op: Op) -> str | None:
    meta = op.output
    lacking = [name for name in (*ALWAYS, *RELATED) if name not in meta]
    if lacking:
        return f"a {meta.get('status')} result lacks {', '.join(lacking)}"
    if op.keys[0] != meta["task_id"]:
        return f"the result of {op.keys[0]} says that its task_id is {meta['task_id']}"
    return None if _dated(meta) else f"a {meta['status']} result has date_done {meta.get('date_done')!r}"


def _dated(meta: Value) -> bool:
    done = meta.get("date_done")
    if meta["status"] not in ("SUCCESS", "FAILURE", "REVOKED"):
        return done is None
    try:
        return bool(dt.datetime.fromisoformat(done["$datetime"] if isinstance(done, dict) else done))
    except (TypeError, ValueError, KeyError):
        return False
