"""What is played and awaited at this moment, and how much of a plan is over."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from crisper.history import Play
from crisper.player import watches
from crisper.player.estimate import CELL, Rest, Spans, left_ns
from crisper.player.measuring import BLOCK_NS, ROUNDS
from crisper.player.plan import Entry, Plan
from crisper.player.stage import SECOND
from crisper.scenario import Lane, Workload
from crisper.servers.server import Server


#: What a contestant is said to do in each lane; of several the first one here is told.
_DOES: dict[Lane, str] = {"play": "plays", "alone": "breaks its server in", "watch": "awaits an expiry in"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line for whoever watches; a milestone is said only where nothing else shows how far it all is."""

    text: str
    milestone: bool


class Progress:
    """Hears from the Player, in any of its threads, and from whoever shows it; times are CLOCK_MONOTONIC."""

    def __init__(self, plan: Plan, earlier: Mapping[str, int]) -> None:
        self._plan = plan
        self._lanes = {entry.play: entry.scenario.lane for entry in plan.entries}
        self._rest = Counter(self._lanes.values())
        self._spans = Spans(earlier)
        self._begun: dict[Play, int] = {}
        self._over: set[Play] = set()
        self._awaited: dict[str, str] = {}
        self._up: set[str] = set()
        self._latest = ""
        self._lines: list[Line] = []
        self._lock = threading.RLock()
        self._started_ns = time.monotonic_ns()
        self._measuring_ns: int | None = None

    def say(self, text: str) -> None:
        """Say what has to be read."""
        with self._lock:
            self._lines.append(Line(text=text, milestone=False))

    def milestone(self, text: str) -> None:
        """Say how far it is."""
        with self._lock:
            self._latest = text
            self._lines.append(Line(text=text, milestone=True))

    def begun(self, play: Play) -> None:
        """Hear that a playing is under way."""
        with self._lock:
            self._begun[play] = time.monotonic_ns()

    def over(self, play: Play, _: object = None) -> None:
        """Hear that something came of a playing."""
        now_ns, lane = time.monotonic_ns(), self._lanes[play]
        with self._lock:
            self._over.add(play)
            self._rest[lane] -= 1
            if play in self._begun:
                self._spans.add(play, lane, now_ns - self._begun.pop(play))
            if not self._rest[lane] and lane != "measure":
                self.milestone(f"all of lane {lane} is over after {_seconds(now_ns - self._started_ns)}")

    def up(self, server: Server) -> None:
        """Hear of a server that is ready; once is enough."""
        engine = server.engine.name
        with self._lock:
            if engine not in self._up:
                self._up.add(engine)
                self.milestone(f"{engine} {server.version} is up after {server.started_in_ns / SECOND:.1f} s")

    def measuring(self, number: int, rounds: int) -> None:
        """Hear that a round of the lane `measure` begins; the first, of number 0, warms up."""
        with self._lock:
            if self._measuring_ns is None:
                self._measuring_ns = time.monotonic_ns()
            self.milestone(f"measuring: round {number} of {rounds}" if number else "measuring: warming up")

    @contextmanager
    def awaiting(self, contestant: str, what: str) -> Iterator[None]:
        """Hear what a contestant waits for within the block."""
        with self._lock:
            self._awaited[contestant] = what
        try:
            yield
        finally:
            with self._lock:
                self._awaited.pop(contestant, None)

    def taken(self) -> list[Line]:
        """Return the lines that were said since they were last asked for."""
        with self._lock:
            lines, self._lines = self._lines, []
        return lines

    def told(self) -> str:
        """Return in one line how much is over, how long the rest may take, and what everybody does."""
        with self._lock:
            doing = [did for name in self._plan.contestants if (did := self._does(name))] or [self._latest]
            over, left = f"{len(self._over)}/{len(self._lanes)}", self._left_ns()
        about = "time left not known yet" if left is None else f"about {_seconds(left)} left"
        return "; ".join([f"{over} over, {about}", *filter(None, doing)])

    def spans(self) -> dict[str, int]:
        """Return how long playings took, as far as it is known, for a later session."""
        with self._lock:
            known = self._spans.known()
            if self._measuring_ns is not None and not self._rest["measure"]:
                known[CELL] = (time.monotonic_ns() - self._measuring_ns) // max(1, _cells(self._plan.entries))
        return known

    def longest(self) -> str | None:
        """Return the contestant whose ordinary playings took longest, as far as an earlier session knows."""
        took: Counter[str] = Counter()
        for play, lane in self._lanes.items():
            if lane == "play":
                took[play.contestant] += self._spans.known().get(str(play), 0)
        return max(took, key=took.__getitem__) if any(took.values()) else None

    def _does(self, contestant: str) -> str:
        if contestant in self._awaited:
            return f"{contestant} awaits {self._awaited[contestant]}"
        mine = [play for play in self._begun if play.contestant == contestant]
        for lane, verb in _DOES.items():
            for play in mine:
                if self._lanes[play] == lane:
                    return f"{contestant} {verb} {play.scenario}[{play.layer}]"
        return ""

    def _left_ns(self) -> int | None:
        now_ns = time.monotonic_ns()
        lefts = [self._contestant_left_ns(name, now_ns) for name in self._plan.contestants]
        lefts_known = [each for each in lefts if each is not None]
        if len(lefts_known) < len(lefts):
            return None
        return max(lefts_known, default=0) + self._measure_left_ns(now_ns)

    def _contestant_left_ns(self, name: str, now_ns: int) -> int | None:
        rest = [
            Rest(
                lane=self._lanes[entry.play],
                long=watches.long(entry),
                elapsed_ns=now_ns - self._begun.get(entry.play, now_ns),
                expected_ns=self._spans.expected_ns(entry.play, self._lanes[entry.play]),
            )
            for entry in self._plan.of(name)
            if entry.play not in self._over and self._lanes[entry.play] != "measure"
        ]
        return left_ns(rest)

    def _measure_left_ns(self, now_ns: int) -> int:
        rest = [each for each in self._plan.entries if each.play not in self._over]
        expected_ns = _cells(rest) * (self._spans.known().get(CELL) or BLOCK_NS * ROUNDS[self._plan.profile])
        elapsed_ns = 0 if self._measuring_ns is None else now_ns - self._measuring_ns
        return max(0, expected_ns - elapsed_ns)


def _cells(entries: list[Entry]) -> int:
    return sum(len(each.scenario.sizes) for each in entries if isinstance(each.scenario, Workload))


def _seconds(ns: int) -> str:
    seconds = -(-ns // SECOND)
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"  # noqa: PLR2004 - two minutes
