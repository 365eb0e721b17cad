"""Playings that are played once more, since the instrument itself was too late to tell what came of them."""

from __future__ import annotations

import threading

from msgspec.structs import replace

from crisper.history import History, Observation, Play
from crisper.verdicts import Verdict


#: What must be seen within a quarter of a second of its time is not, where the instrument lags so far.
LAGGED_NS = 250_000_000


class Again:
    """Remembers what could not be told the first time; there is no third."""

    def __init__(self) -> None:
        self._because: dict[Play, Observation] = {}
        self._lock = threading.Lock()

    def asked(self, history: History, verdicts: list[Verdict]) -> bool:
        """Whether to play it again: for the first time something is unknown, and the instrument lagged meanwhile."""
        unknown = next((each.finding.because for each in verdicts if each.finding.word == "unknown"), None)
        lag_ns = max((each.data["max_ns"] for each in history.seen("lag")), default=0)
        with self._lock:
            if unknown is None or lag_ns < LAGGED_NS or history.broken is not None or history.play in self._because:
                return False
            data = {"because": unknown, "lag_ns": lag_ns}
            self._because[history.play] = Observation(kind="again", at_ns=history.ended_ns, data=data)
        return True

    def noted(self, history: History) -> History:
        """Return a History that says why it is the second, if it is."""
        first = self._because.get(history.play)
        return history if first is None else replace(history, observations=[*history.observations, first])
