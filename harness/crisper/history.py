"""What was done in one playing, and what was seen: the only thing that checks may look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from crisper.clauses import Layer
from crisper.values import Value


Outcome = Literal["ok", "failed", "unknown"]
Phase = Literal["warm-up", "steady", "watch", "clean-up"]


class Op(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call on a backend.

    Times are CLOCK_MONOTONIC nanoseconds of the machine. `unknown` means that it may or may not have happened. `extra`
    holds what was handed over besides the input: a traceback, fields of the task's request.
    """

    seq: int
    process: int
    client: str
    layer: Layer
    call: str
    keys: list[str]
    input: Value = None
    extra: dict[str, Value] = {}
    output: Value = None
    expires_ns: int | None = None
    outcome: Outcome = "ok"
    error: str | None = None
    message: str | None = None
    called_ns: int
    returned_ns: int
    phase: Phase = "steady"

    @property
    def failure(self) -> str:
        """The error as a person reads it; an error without a message says so."""
        return f"{self.error}: {self.message}" if self.message else f"{self.error} (no message)"


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """Something seen behind Celery's back: a count on the server, the instrument's own lag, a process's exit."""

    kind: str
    at_ns: int
    data: dict[str, Value]


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the plan: a scenario, at a layer, against a contestant."""

    scenario: str
    layer: Layer
    contestant: str

    def __str__(self) -> str:
        return f"{self.scenario}[{self.layer}-{self.contestant}]"


class History(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="history"):
    """All Ops and Observations of one playing, in the order in which the calls were made.

    `broken` says why the script did not come to its end, if it did not; `ours` whether it was the harness or a server
    that failed it.
    """

    play: Play
    started_ns: int
    ended_ns: int
    ops: list[Op]
    observations: list[Observation] = []
    broken: str | None = None
    ours: bool = False

    def calls(self, *names: str) -> Iterator[Op]:
        """Yield the Ops with one of these call names, in order."""
        return (op for op in self.ops if op.call in names)

    def seen(self, kind: str) -> Iterator[Observation]:
        """Yield the Observations of one kind, in order."""
        return (each for each in self.observations if each.kind == kind)
