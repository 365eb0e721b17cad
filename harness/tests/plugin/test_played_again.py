from __future__ import annotations

import pytest

from crisper.gate import ExitCode


SCENARIO = '''
import itertools

from crisper.clauses import Clause
from crisper.scenario import scenario
from crisper.verdicts import passed, undecided

K1 = Clause(id="K1", sentence="It is seen in time.", level="must", source="here")
asked = itertools.count()


def in_time(history, contestant):
    """Decide nothing the first time."""
    return undecided("not looked at in time") if next(asked) == 0 else passed("seen")


@scenario({{K1: in_time}}, layers=("kv",), lane="{lane}")
def timed(stage):
    """Take place while the machine stalls."""
    stage.observe("lag", ticks=1, p50_ns=0, max_ns={lag_ns})
'''


def session(folder, play, lane, lag_ns):
    (folder / "scenario_timed.py").write_text(SCENARIO.format(lane=lane, lag_ns=lag_ns))
    return play(folder)


@pytest.mark.parametrize("lane", ["play", "watch"])
def test_what_the_machine_was_too_slow_for_is_played_again(tmp_path, play, lane):
    """One verdict, one History, which says why it is the second."""
    found = session(tmp_path, play, lane, 10**9)
    (history,) = found.run.histories

    assert ({"timed-kv": "pass"}, ExitCode.conforms) == (found.words(), found.code), found.output
    assert ["not looked at in time"] == [each.data["because"] for each in history.seen("again")]


def test_what_is_unknown_for_other_reasons_is_played_once(tmp_path, play):
    """Another try would only hide it."""
    found = session(tmp_path, play, "play", 0)

    assert ({"timed-kv": "unknown"}, ExitCode.inconclusive) == (found.words(), found.code), found.output
