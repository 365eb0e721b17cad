"""How many keys are still readable, and how long after the write: figures and step curves, one chart for each life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from crisper.lasting import Lived, longest, overrun
from crisper.measurements import Lifetimes
from crisper.runs import Run
from crisper.verdicts import Verdict
from crisper_reports import matrix
from crisper_reports.numbers import broken
from crisper_reports.units import duration


#: The plot within the drawing, in its own units.
LEFT, TOP, WIDTH, HEIGHT = 40, 8, 312, 150
#: So many looks differ before they repeat.
LOOKS = 8
#: How much of the axis lies past the promised end, at least.
ROOM = 1.25
#: The steps between labels of the axis, in tenths of a second, and how many labels there is room for.
STEPS, LABELS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000), 6


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """One contestant's keys, of all playings and layers together; `look` is its colour and stroke, the same everywhere.

    `held` is what lay on the servers still when the watch was over, in words; `others` is how many keys lived beside
    them, where some were put there for that; `broken` names the promises that were
    seen broken, `doubt` says what else keeps the figures from being valid.
    """

    contestant: str
    look: int
    lives: list[Lived]
    early: int
    failures: int
    p50_ns: int | None
    p99_ns: int | None
    longest_ns: int | None
    held: str
    others: int | None
    broken: list[str]
    doubt: str

    @property
    def endless(self) -> int:
        """How many keys outlived the watch."""
        return sum(end is None for _, end in self.lives)

    @property
    def figures(self) -> str:
        """Median, p99 and longest overrun, or what is more telling; with a mark where a promise was broken."""
        if not self.lives:
            return "raised"
        ends = (None if ns is None else duration(ns) for ns in (self.p50_ns, self.p99_ns, self.longest_ns))
        said = "/".join(end or "-" for end in ends)
        if self.early or self.endless:
            said = f"{self.early} early" if self.early else f"{self.endless} no end"
        return f"{said} !" if self.broken else said

    @property
    def words(self) -> str:
        """What the curve shows, in words."""
        if not self.lives:
            return f"{self.contestant}: no key lived"
        ends = [end for _, end in self.lives if end is not None]
        gone = f"gone between {duration(min(ends))} and {duration(max(ends))}" if ends else "none gone"
        endless = f", {self.endless} without an end" if self.endless else ""
        return f"{self.contestant}: {len(self.lives)} keys, {gone}{endless}"


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that were to live equally long, since the same; `end_ns` is where the time axis ends."""

    since: str
    expires_ns: int
    end_ns: int
    curves: list[Curve]

    @property
    def name(self) -> str:
        """What was counted from, and for how long."""
        return f"{self.since} {duration(self.expires_ns)}"

    @property
    def drawn(self) -> list[Curve]:
        """The curves that there is something to draw of."""
        return [each for each in self.curves if each.lives]

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The labels of the time axis: where, and what."""
        tenth = 100_000_000
        step = next((each for each in STEPS if self.end_ns <= each * tenth * LABELS), STEPS[-1]) * tenth
        return [(self.x(at), duration(at) if at else "0") for at in range(0, self.end_ns + 1, step)]

    def x(self, time_ns: int) -> float:
        """Return where a moment stands."""
        return round(LEFT + WIDTH * min(1.0, max(0, time_ns) / self.end_ns), 1)

    def line(self, curve: Curve) -> str:
        """Return the path of the share that may still be readable: it steps down where a key was first missing."""
        return f"M{_steps(self._points(end for _, end in curve.lives))}"

    def band(self, curve: Curve) -> str:
        """Return the area in which the true curve lies: between the last sight of each key and its first miss."""
        seen = (None if end is None else begin for begin, end in curve.lives)
        back = self._points(seen)[::-1]
        return f"M{_steps(self._points(end for _, end in curve.lives))}L{_steps(back, falling=False)}Z"

    def _points(self, ends: Iterable[int | None]) -> list[tuple[float, float]]:
        every = list(ends)
        points = [(self.x(0), _y(1.0))]
        for number, end in enumerate(sorted(end for end in every if end is not None), 1):
            point = (self.x(end), _y(1 - number / len(every)))
            if point[0] == points[-1][0]:
                points.pop()
            points.append(point)
        return [*points, (self.x(self.end_ns), points[-1][1])]


def charts(run: Run) -> list[Chart]:
    """Return a chart for each life that anybody's keys were told to have; beside most others last."""
    looks = {name: number % LOOKS for number, name in enumerate(matrix.contestants(run))}
    company = sorted(run.lifetimes, key=lambda each: each.others or 0)
    since = list(dict.fromkeys(each.since for each in company))
    keys = {(each.since, each.expires_ns) for each in run.lifetimes if each.lives}
    return [_chart(run, *key, looks) for key in sorted(keys, key=lambda key: (since.index(key[0]), key[1]))]


def _chart(run: Run, since: str, expires_ns: int, looks: dict[str, int]) -> Chart:
    found = [each for each in run.lifetimes if (each.since, each.expires_ns) == (since, expires_ns)]
    curves = [
        _curve([each for each in found if each.contestant == name], look, run.verdicts)
        for name, look in looks.items()
        if any(each.contestant == name for each in found)
    ]
    ends = [end for each in curves for _, end in each.lives if end is not None]
    end_ns = max([int(ROOM * expires_ns), *(int(1.05 * end) for end in ends)])
    return Chart(since=since, expires_ns=expires_ns, end_ns=end_ns, curves=curves)


def _curve(own: Sequence[Lifetimes], look: int, verdicts: Sequence[Verdict]) -> Curve:
    lives = [life for each in own for life in each.lives]
    expires_ns = own[0].expires_ns
    doubts = [each.because for each in own if each.validity not in ("valid", "too few")]
    return Curve(
        contestant=own[0].contestant,
        look=look,
        lives=lives,
        early=sum(each.early for each in own),
        failures=sum(each.failures for each in own),
        p50_ns=overrun(lives, expires_ns, 0.50),
        p99_ns=overrun(lives, expires_ns, 0.99),
        longest_ns=longest(lives, expires_ns),
        held=_held(own),
        others=min((each.others for each in own if each.others is not None), default=None),
        broken=list(dict.fromkeys(clause for each in own for clause in broken(each, verdicts))),
        doubt=next(iter(doubts), ""),
    )


def _held(own: Sequence[Lifetimes]) -> str:
    kinds = Counter({kind: 0 for each in own for kind in each.held or ()})
    for each in own:
        kinds.update(each.held or {})
    return ", ".join(f"{number:,} {kind}" for kind, number in kinds.items() if number)


def _y(share: float) -> float:
    return round(TOP + HEIGHT * (1 - share), 1)


def _steps(points: Sequence[tuple[float, float]], *, falling: bool = True) -> str:
    (x, y), *others = points
    moves = (f"H{x:g}V{y:g}" if falling else f"V{y:g}H{x:g}" for x, y in others)
    return f"{x:g} {y:g}{''.join(moves)}"
