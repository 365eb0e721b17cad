"""How long Celery's settings let each kind of entry live."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from celery import states
from celery.exceptions import ImproperlyConfigured


#: 48 bits of milliseconds end in the year 10889; nobody's result needs to live for more than a thousand years.
_LONGEST_S = 1_000 * 366 * 86_400


def life_ns(seconds: float | timedelta | None) -> int | None:
    """Return a life in ns, fractions rounded up, None (for None and 0) being for ever; ValueError if it is none."""
    value = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    if not value:
        return None
    if math.isnan(value) or not 0 < value <= _LONGEST_S:
        message = f"a life of {value!r} seconds is not above 0 and at most {_LONGEST_S}"
        raise ValueError(message)
    return math.ceil(value * 1_000_000_000)


class Lifetimes:
    """The lives of results, failed results and chords; ImproperlyConfigured names the setting that is wrong."""

    def __init__(self, expires: float | None, conf: Any) -> None:
        self.result_ns = _configured("result_expires", expires)
        failure, chord = conf.get("result_failure_expires"), conf.get("result_chord_expires")
        # Both came with Celery 5.7; where they are not set all live as results do.
        self.failure_ns = self.result_ns if failure is None else _configured("result_failure_expires", failure)
        self.chord_ns = self.result_ns if chord is None else _configured("result_chord_expires", chord)

    def of(self, state: str) -> int | None:
        """Return the life of a result in this state."""
        return self.failure_ns if state == states.FAILURE else self.result_ns

    def longest_ns(self) -> int:
        """Return the longest that anything configured to expire lives."""
        return max(self.result_ns or 0, self.failure_ns or 0, self.chord_ns or 0)


def _configured(setting: str, value: float | timedelta | None) -> int | None:
    try:
        return life_ns(value)
    except (TypeError, ValueError) as error:
        message = f"consulkv: {setting}: {error}"
        raise ImproperlyConfigured(message) from error
