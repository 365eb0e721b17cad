from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import pytest

from crisper.checks.sharing import greenlets_see_last_write
from crisper.player import greenlets


def read(made, answer):
    return made.op(1, "set", input="mine"), made.op(2, "get", output=answer)


@pytest.mark.parametrize(("answer", "word"), [("mine", "pass"), ("another's", "fail"), (None, "fail")])
def test_greenlets_read_what_they_wrote(made, answer, word):
    """What another greenlet wrote is a mix-up."""
    assert word == greenlets_see_last_write(made.history(*read(made, answer)), made.judged()).word


def test_greenlets_that_hang_are_found(made):
    """Where nothing comes back, nothing was read, and that is a failure."""
    finding = greenlets_see_last_write(made.history(observations=[made.seen("lost", why="hung")]), made.judged())

    assert ("fail", "1 processes did not come back: hung") == (finding.word, finding.because)


def test_without_gevent_there_is_nothing_to_judge(made, monkeypatch):
    """It is an extra of ours, and of Celery's."""
    heard = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    stage = SimpleNamespace(observe=lambda kind, **data: heard.append(made.seen(kind, **data)))
    greenlets.played(stage, print, within_s=1)
    finding = greenlets_see_last_write(made.history(observations=heard), made.judged())

    assert ("inapplicable", "gevent is not installed") == (finding.word, finding.because)
