from __future__ import annotations

import pytest

from crisper.checks.sharing import exits_quietly
from crisper.history import History, Observation, Play
from crisper.scenario import Judged


@pytest.mark.parametrize(
    ("exits", "word"),
    [
        ([{"code": 0, "text": ""}], "pass"),
        ([{"code": 0, "text": "Exception ignored in: <function>"}], "fail"),
        ([{"code": -11, "text": ""}], "fail"),
        ([{"code": None, "text": ""}], "fail"),
        ([], "unknown"),
    ],
)
def test_an_interpreter_ends_quietly(exits, word):
    """A word, a code, or no end at all is a failure; that nobody ended shows nothing."""
    seen = [Observation(kind="exit", at_ns=0, data=each) for each in exits]
    play = Play(scenario="s", layer="result", contestant="c")
    history = History(play=play, started_ns=0, ended_ns=0, ops=[], observations=seen)

    assert word == exits_quietly(history, Judged(claims=frozenset(), facts={}, celery="5.7.0")).word
