"""Latencies side by side, and which of them are no numbers at all."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from crisper.clauses import Layer
from crisper.measurements import Lifetimes, Measurement
from crisper.runs import Run
from crisper.verdicts import Verdict


#: Fewer rounds than this cannot show that two contestants differ.
ROUNDS = 3


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement as it may be shown.

    `struck` says which promise the operation broke; `ratio` is to the fastest that counts, `tied` whether its rounds
    overlap with the fastest's; `notes` say what else to know before believing it.
    """

    measurement: Measurement
    p50_ns: int | None
    p95_ns: int | None
    p99_ns: int | None
    struck: str = ""
    ratio: float | None = None
    tied: bool = False
    notes: list[str] = []

    @property
    def counts(self) -> bool:
        """Whether this number may be compared with others."""
        return not self.struck and self.measurement.validity == "valid"


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One operation at one size, the fastest contestant first and what does not count last."""

    layer: Layer
    operation: str
    size: int
    numbers: list[Number]


def groups(run: Run) -> list[Group]:
    """Return the numbers of a Run, operations in the Run's order and sizes ascending."""
    order = list(dict.fromkeys((each.layer, each.operation) for each in run.measurements))
    keys = {(each.layer, each.operation, each.size) for each in run.measurements}
    return [_group(run, *key) for key in sorted(keys, key=lambda key: (order.index(key[:2]), key[2]))]


def number(measurement: Measurement, verdicts: Iterable[Verdict]) -> Number:
    """Return a measurement as the verdicts of its own contestant and layer leave it."""
    own = _own(measurement, verdicts)
    reasons = [f"{each.clause} failed: {each.finding.because}" for each in own if each.finding.word == "fail"]
    return Number(
        measurement=measurement,
        p50_ns=_sound(measurement.p50_ns, 50, measurement.count),
        p95_ns=_sound(measurement.p95_ns, 95, measurement.count),
        p99_ns=_sound(measurement.p99_ns, 99, measurement.count),
        struck="; ".join(dict.fromkeys(reasons)),
        notes=_notes(measurement, own),
    )


def broken(one: Measurement | Lifetimes, verdicts: Iterable[Verdict]) -> list[str]:
    """Return which of its promises were seen broken."""
    return [each.clause for each in _own(one, verdicts) if each.finding.word == "fail"]


def apart(one: Measurement, other: Measurement) -> bool:
    """Whether the rounds of two measurements tell them apart: enough rounds, and no overlap."""
    mine, theirs = one.rounds_p50_ns, other.rounds_p50_ns
    if min(len(mine), len(theirs)) < ROUNDS:
        return False
    return max(mine) < min(theirs) or max(theirs) < min(mine)


def _own(one: Measurement | Lifetimes, verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [
        each
        for each in verdicts
        if each.clause in one.promises and each.play.contestant == one.contestant and each.play.layer == one.layer
    ]


def _sound(value_ns: int | None, percent: int, count: int) -> int | None:
    # No percentile above 1 - 10/n: at least ten samples must lie beyond it.
    return value_ns if (100 - percent) * count >= 10 * 100 else None


def _group(run: Run, layer: Layer, operation: str, size: int) -> Group:
    key = (layer, operation, size)
    found = [number(each, run.verdicts) for each in run.measurements if (each.layer, each.operation, each.size) == key]
    counting = [each for each in found if each.counts and each.p50_ns is not None]
    fastest = min(counting, key=_median, default=None)
    numbers = [_compared(each, fastest) if each in counting and fastest else each for each in found]
    ranked = sorted(numbers, key=lambda each: (each.ratio is None, _median(each)))
    return Group(layer=layer, operation=operation, size=size, numbers=ranked)


def _compared(one: Number, fastest: Number) -> Number:
    tied = one is not fastest and not apart(one.measurement, fastest.measurement)
    return msgspec.structs.replace(one, ratio=_median(one) / max(1, _median(fastest)), tied=tied)


def _median(one: Number) -> int:
    return one.p50_ns or 0


def _notes(measurement: Measurement, own: list[Verdict]) -> list[str]:
    settled = {each.clause for each in own if each.finding.word not in ("unknown", "error")}
    open_ = [clause for clause in measurement.promises if clause not in settled]
    notes = []
    if measurement.validity != "valid":
        notes.append(f"{measurement.validity}: {measurement.because}" if measurement.because else measurement.validity)
    if measurement.failures:
        notes.append(f"{measurement.failures:,} calls raised and are not in these numbers")
    if open_:
        notes.append(f"not decided in this Run: {', '.join(open_)}")
    return notes
