"""How long the rest of a plan may take, from how long playings took before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from crisper.history import Play
from crisper.player.alone import TOGETHER
from crisper.player.watches import FEW
from crisper.scenario import Lane


#: Where an earlier session's time for one cell of the lane `measure` is kept among its playings'.
CELL = "cell"


@dataclass(frozen=True, kw_only=True)
class Rest:
    """A playing that is not over: its lane, how long it is under way, and how long it is going to take if known.

    A `long` one is among those of its lane that follow each other, a few at a time.
    """

    lane: Lane
    long: bool = False
    elapsed_ns: int
    expected_ns: int | None


class Spans:
    """How long playings took; `earlier` are those of another session, by their names."""

    def __init__(self, earlier: Mapping[str, int]) -> None:
        self._known = dict(earlier)
        self._alike: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._lanes: dict[Lane, list[int]] = defaultdict(list)

    def add(self, play: Play, lane: Lane, took_ns: int) -> None:
        """Note how long a playing took just now."""
        self._known[str(play)] = took_ns
        self._alike[play.scenario, play.layer].append(took_ns)
        self._lanes[lane].append(took_ns)

    def expected_ns(self, play: Play, lane: Lane) -> int | None:
        """Return what it took before, else what others took in this scenario, else in this lane; None if none did."""
        if str(play) in self._known:
            return self._known[str(play)]
        others = self._alike.get((play.scenario, play.layer)) or self._lanes.get(lane)
        return int(fmean(others)) if others else None

    def known(self) -> dict[str, int]:
        """Return all that is known, for a later session."""
        return self._known


def left_ns(playings: Iterable[Rest]) -> int | None:
    """Return how long one contestant's playings will still take; None where nothing is known of one of them.

    Ordinary playings follow each other, watches go on side by side, and so do a few of those alone, or of long ones.
    """
    lefts: dict[Lane | Literal["long"], list[int]] = defaultdict(list)
    for each in playings:
        if each.expected_ns is None:
            return None
        # What takes longer than ever is not about to end: as long again by a tenth.
        overdue_ns = each.elapsed_ns // 10
        kind = "long" if each.lane == "watch" and each.long else each.lane
        lefts[kind].append(max(each.expected_ns - each.elapsed_ns, overdue_ns))
    alone, long = lefts["alone"], lefts["long"]
    watches = max(lefts["watch"], default=0) + max(max(long, default=0), sum(long) // FEW)
    return max(sum(lefts["play"]), watches, *alone, sum(alone) // TOGETHER)
