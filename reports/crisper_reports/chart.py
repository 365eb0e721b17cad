"""Where a latency stands on the one logarithmic axis that all numbers of a page share."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from crisper_reports.numbers import Group, Number
from crisper_reports.units import duration


#: So many labels stand beside each other without touching.
ROOM = 6


class Tick(msgspec.Struct, frozen=True):
    """A power of ten on the axis: where, in per cent of the width, and its label."""

    x: float
    label: str


class Axis(msgspec.Struct, frozen=True):
    """The powers of ten, in nanoseconds, between which every number of the page lies."""

    low: int
    high: int

    @property
    def ticks(self) -> list[Tick]:
        """The powers of ten from end to end."""
        return [Tick(self.at(10**power), duration(10**power)) for power in range(self.low, self.high + 1)]

    @property
    def labels(self) -> list[Tick]:
        """The ticks that there is room to name: every second one where there are many."""
        return self.ticks[:: 1 if len(self.ticks) <= ROOM else 2]

    def at(self, ns: int) -> float:
        """Return where a duration stands, in per cent of the width, with room for a dot at both ends."""
        share = (math.log10(max(1, ns)) - self.low) / (self.high - self.low)
        return round(3 + 94 * min(1.0, max(0.0, share)), 2)


def axis(groups: Iterable[Group]) -> Axis:
    """Return the narrowest axis of whole powers of ten that holds every number."""
    points = [point for group in groups for number in group.numbers for point in _points(number)] or [1_000]
    low = math.floor(math.log10(max(1, min(points))))
    return Axis(low, max(low + 1, math.ceil(math.log10(max(1, *points)))))


def _points(number: Number) -> list[int]:
    ends = [number.p50_ns, number.p95_ns, number.p99_ns]
    return [*number.measurement.rounds_p50_ns, *(each for each in ends if each is not None)]
