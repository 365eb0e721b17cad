from __future__ import annotations

import signal

import pytest
from conditions import until


def test_kill_9_leaves_a_readable_run(underway, has_ended):
    """A Run cut by kill -9 can be read, is incomplete, and names what is missing; the contestant goes too."""
    underway.process.kill()
    session = underway.ended()

    assert (False, ["blocking[kv-memory]", "never_begun[kv-memory]"]) == (
        session.run.complete,
        [str(play) for play in session.run.missing],
    )
    assert {"kept-kv": "pass"} == session.words()

    until(lambda: has_ended(underway.contestant), 60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_nothing_behind(underway, has_ended, number):
    """Ended by a signal, a session ends its contestants, shows no traceback, and leaves a Run that is incomplete."""
    underway.process.send_signal(number)
    session = underway.ended()

    assert (True, True, False) == (session.code != 0, has_ended(underway.contestant), session.run.complete)
    assert ({"kept-kv": "pass"}, False) == (session.words(), "Traceback" in session.output)


SWALLOWING = """
import os
import signal


def test_swallowing():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except Exception:
        pass
"""


def test_a_signal_that_somebody_swallows_ends_the_session_all_the_same(folder, play):
    """Whoever takes being told to end for an error of his own only puts it off until the next playing."""
    (folder / "test_swallowing.py").write_text(SWALLOWING)
    session = play(folder, "-k", "swallowing or lasting")

    assert (128 + signal.SIGTERM, False) == (session.code, session.run.complete)
    assert "ended by SIGTERM" in session.output
