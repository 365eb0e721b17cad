"""What a backend promises, one clause at a time, and what it may honestly lack."""

from __future__ import annotations

import re
from typing import Literal, get_args

import msgspec


Layer = Literal["kv", "result", "task"]
Level = Literal["must", "should", "observe"]
Capability = Literal[
    "kv",
    "shared",
    "incr",
    "expire",
    "autoexpire",
    "groups",
    "chords",
    "push",
    "durable",
    "tls",
    "auth",
]

CAPABILITIES: frozenset[Capability] = frozenset(get_args(Capability))


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One promise: its id and sentence, how binding it is, where it is made, and the capability that it needs.

    `since` is the first version of Celery that makes it.
    """

    id: str
    sentence: str
    level: Level
    source: str
    needs: Capability | None = None
    since: str = ""


class Unplayed(msgspec.Struct, frozen=True, kw_only=True):
    """A promise that no scenario plays, and why not: that is said, so that its silence is not taken for a pass."""

    clause: Clause
    because: str


def natural(clause: Clause) -> list[tuple[int, str]]:
    """Return what clauses are sorted by, so that A10 comes after A2; an id may be any text."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", clause.id) if part]
