"""Playings that are played again, since the first time they came to nothing certain."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass

from msgspec.structs import replace

from crisper.history import History, Observation, Play
from crisper.verdicts import Verdict


#: So often at most something undecided is played again: a moment in which the whole machine stood still may come twice.
UNDECIDED_TIMES = 2

#: A playing that is lost as often with the process of its contestant is not the one to blame others.
LOST_TIMES = 1


@dataclass(frozen=True)
class _Earlier:
    history: History
    verdicts: list[Verdict]

    @property
    def failed(self) -> set[str]:
        """The clauses that it broke."""
        return {each.clause for each in self.verdicts if each.finding.word == "fail"}

    @property
    def unknown(self) -> str | None:
        """Why something could not be told; None where all could."""
        return next((each.finding.because for each in self.verdicts if each.finding.word == "unknown"), None)

    def noted(self) -> Observation:
        """Say what it was."""
        lag_ns = max((each.data["max_ns"] for each in self.history.seen("lag")), default=0)
        return Observation(kind="again", at_ns=self.history.ended_ns, data={"because": self.unknown, "lag_ns": lag_ns})


class Again:
    """Remembers what playings came to that were played again; a failure seen in any of them is the one that counts."""

    def __init__(self) -> None:
        self._earlier: defaultdict[Play, list[_Earlier]] = defaultdict(list)
        self._lost: Counter[Play] = Counter()
        self._lock = threading.Lock()

    def lost(self, play: Play) -> bool:
        """Whether to play again what was lost through another's fault."""
        with self._lock:
            self._lost[play] += 1
            return self._lost[play] <= LOST_TIMES

    def undecided(self, history: History, verdicts: list[Verdict]) -> bool:
        """Whether to play it again: something is unknown, though its script came to its end."""
        now = _Earlier(history, verdicts)
        with self._lock:
            earlier = self._earlier[history.play]
            if now.unknown is None or history.broken is not None or len(earlier) == UNDECIDED_TIMES:
                return False
            earlier.append(now)
        return True

    def settled(self, history: History, verdicts: list[Verdict]) -> tuple[History, list[Verdict]]:
        """Return what counts: the last of the tries, or the first that broke what the last did not; with why."""
        last = _Earlier(history, verdicts)
        earlier = self._earlier[history.play]
        counts = next((each for each in earlier if each.failed - last.failed), last)
        said = [each.noted() for each in earlier]
        if not said:
            return history, verdicts
        return replace(counts.history, observations=[*counts.history.observations, *said]), counts.verdicts
