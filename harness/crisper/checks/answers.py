"""What an Op of either layer says about a key, in one vocabulary."""

from __future__ import annotations

import msgspec

from crisper.history import Op
from crisper.values import Value, shown


WRITES = ("set", "store_result", "save_group")
READS = ("get", "get_task_meta", "restore_group")
REMOVALS = ("delete", "forget", "delete_group")


class Missing(msgspec.Struct, frozen=True):
    """Nothing is stored under the key."""


MISSING = Missing()


def written(op: Op) -> Value:
    """Return what a write means to store: the value, a task's status and result, or a group's tree of ids."""
    return op.input


def answered(op: Op) -> Value | Missing:
    """Return what a read says is stored, or MISSING; at the result layer, status and result."""
    if op.layer == "kv" or op.call == "restore_group":
        return MISSING if op.output is None else op.output
    if not isinstance(op.output, dict) or "status" not in op.output:
        return op.output
    if op.output["status"] == "PENDING" and op.output.get("result") is None:
        return MISSING
    return {"result": op.output.get("result"), "status": op.output["status"]}


def each_answer(op: Op) -> list[Value | Missing] | None:
    """Return what a read of many keys says of each, in the order of the keys; None where it answers fewer or more."""
    answers = op.output
    if isinstance(answers, dict):
        return [answers.get(key, MISSING) for key in op.keys]
    if not isinstance(answers, list) or len(answers) != len(op.keys):
        return None
    return [MISSING if answer is None else answer for answer in answers]


def same(one: Value | Missing, other: Value | Missing) -> bool:
    """Whether two answers name the same value; text and its UTF-8 bytes do."""
    return _bytes(one) == _bytes(other)


def _bytes(value: Value | Missing) -> Value | Missing:
    match value:
        case str():
            return {"$bytes": value.encode("utf-8", "surrogatepass").decode("latin-1")}
        case {"$sha256": digest, "$size": size}:
            return (digest, size)
    return value


def told(value: Value | Missing) -> str:
    """Return an answer as a person says it."""
    if isinstance(value, Missing):
        return "nothing"
    if isinstance(value, dict) and set(value) == {"result", "status"}:
        return f"{value['status']} with {shown(value['result'])}"
    return shown(value)
