"""What an answer is compared with: the answer that was recorded."""

from __future__ import annotations

import re
from typing import Any

from crisper.history import Op
from crisper.reproduction.literals import Literals
from crisper.values import Value


def condition(op: Op, because: str, literals: Literals, *, seen: str = "seen") -> str:
    """Return the expression on what was `seen` that is true where the recorded failure is seen again.

    Of a task's state only status and result count, and whatever else the reason names.
    """
    if op.outcome != "ok":
        return f"{seen} == {op.error!r}"
    if isinstance(op.output, dict) and "status" in op.output:
        fields = ["status", "result", *(name for name in op.output if re.search(rf"\b{name}\b", because))]
        return _together(
            [_field(f"{seen}[{name!r}]", name, op.output.get(name), literals) for name in dict.fromkeys(fields)]
        )
    return _same(seen, op.output, literals)


def _field(what: str, name: str, value: Value, literals: Literals) -> str:
    if name == "date_done" and value is not None:  # another moment than the recorded one
        return f"{what} is not None"
    return _same(what, value, literals)


def _together(conditions: list[str]) -> str:
    return " and ".join(conditions)


def _same(what: str, value: Value, literals: Literals) -> str:
    match value:
        case None | True | False:
            return f"{what} is {value}"
        case {"$exception": str(name), "args": list(args)}:
            text = f"{name}({', '.join(repr(literals.tree(arg)) for arg in args)})"
            return f"repr({what}) == {text!r}"
        case {"$type": str(), "$repr": str(text)}:
            return f"repr({what}) == {literals.tree(text)!r}"
    if _unknown(value, literals):
        # Not one of the values that were written: its bytes are not in the Run, but it is none of those.
        written = "".join(f"{name}, " for name, _ in literals.made.values())
        return f"{what} not in (None, {written.rstrip()})"
    return f"{what} == {literals.literal(value)}"


def _unknown(value: Value, literals: Literals) -> bool:
    return any(digest not in literals.made for digest in _digests(value))


def _digests(value: Any) -> list[str]:
    match value:
        case {"$sha256": str(digest)}:
            return [digest]
        case dict():
            return [digest for item in value.values() for digest in _digests(item)]
        case list():
            return [digest for item in value for digest in _digests(item)]
    return []
