from __future__ import annotations

import pytest

from crisper.checks.settings import nothing_is_logged, sockets_are_counted
from crisper.history import History, Observation, Play
from crisper.scenario import Judged


NOBODY = Judged(claims=frozenset(), facts={}, celery="5.7.0")


def found(check, *kinds: str):
    seen = [Observation(kind=kind, at_ns=0, data={"what": "password", "text": "redis://:x@h"}) for kind in kinds]
    play = Play(scenario="s", layer="result", contestant="c")
    return check(History(play=play, started_ns=0, ended_ns=0, ops=[], observations=seen), NOBODY)


@pytest.mark.parametrize(
    ("kinds", "word", "because"),
    [
        ([], "pass", "neither value nor password is logged"),
        (["leak"], "fail", "a log record tells the password: redis://:x@h"),
    ],
)
def test_what_is_logged_is_found(kinds, word, because):
    """One record is enough, and says what it tells."""
    finding = found(nothing_is_logged, *kinds)

    assert (word, because) == (finding.word, finding.because)


def test_sockets_are_counted():
    """Each connection is one, and none is a failure."""
    assert "2 sockets for 0 calls" == found(sockets_are_counted, "connect", "connect").because
