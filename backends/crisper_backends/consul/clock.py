"""The time at the Consul agent, bounded by the Date header of its answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache


#: How far a local clock that the answers do not disprove is trusted.
TRUST_NS = 250_000_000
#: Two clocks part by less than this share of the time since they were compared (200 ppm).
_DRIFT_DIVISOR = 5_000
_DATE_GRAIN_NS = 1_000_000_000


@dataclass(frozen=True)
class _Bounds:
    """Between which offsets from the local monotonic clock the agent's clock was, and when that was found."""

    low_ns: int
    high_ns: int
    at_ns: int

    def aged(self, now_ns: int) -> _Bounds:
        drift_ns = (now_ns - self.at_ns) // _DRIFT_DIVISOR
        return _Bounds(self.low_ns - drift_ns, self.high_ns + drift_ns, now_ns)


class AgentClock:
    """Tells two times between which the agent's clock stands: expiry is written by the later, judged by the earlier.

    So nothing ends early through a wrong local clock. While that clock fits the answers seen, the two are at most
    twice TRUST_NS apart, else at most a second and a round trip; each answer near a full second narrows them.
    """

    def __init__(self) -> None:
        self._bounds: _Bounds | None = None

    @property
    def compared(self) -> bool:
        """Whether any answer has been seen."""
        return self._bounds is not None

    def observe(self, date: str, sent_ns: int, received_ns: int) -> None:
        """Learn from an answer's Date and the monotonic times around it; a stepped clock starts afresh."""
        second_ns = _epoch_ns(date)
        fresh = _Bounds(second_ns - received_ns, second_ns + _DATE_GRAIN_NS - sent_ns, received_ns)
        known = self._bounds
        if known is not None:
            aged = known.aged(received_ns)
            low_ns, high_ns = max(aged.low_ns, fresh.low_ns), min(aged.high_ns, fresh.high_ns)
            if low_ns <= high_ns:
                fresh = _Bounds(low_ns, high_ns, received_ns)
        self._bounds = fresh

    def latest_ns(self) -> int:
        """Return a time since the epoch that the agent's clock has not passed yet."""
        return self._range_ns()[1]

    def earliest_ns(self) -> int:
        """Return a time since the epoch that the agent's clock has reached."""
        return self._range_ns()[0]

    def _range_ns(self) -> tuple[int, int]:
        now_ns, wall_ns = time.monotonic_ns(), time.time_ns()
        trusted = wall_ns - TRUST_NS, wall_ns + TRUST_NS
        if self._bounds is None:
            return trusted
        bounds = self._bounds.aged(now_ns)
        low_ns, high_ns = now_ns + bounds.low_ns, now_ns + bounds.high_ns
        if not low_ns <= wall_ns <= high_ns:
            return low_ns, high_ns
        return max(low_ns, trusted[0]), min(high_ns, trusted[1])


@lru_cache(maxsize=4)
def _epoch_ns(date: str) -> int:
    return int(parsedate_to_datetime(date).timestamp()) * 1_000_000_000
