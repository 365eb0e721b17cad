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
    """Decide nothing the first times."""
    return undecided("not looked at in time") if next(asked) < {late} else passed("seen")


@scenario({{K1: in_time}}, layers=("kv",), lane="{lane}")
def timed(stage):
    """Take place while the machine stalls."""
'''


def session(folder, play, lane, late):
    (folder / "scenario_timed.py").write_text(SCENARIO.format(lane=lane, late=late))
    return play(folder)


@pytest.mark.parametrize("lane", ["play", "watch"])
def test_what_could_not_be_told_is_played_again(tmp_path, play, lane):
    """One verdict, one History, which says what the first two came to."""
    found = session(tmp_path, play, lane, 2)
    (history,) = found.run.histories

    assert ({"timed-kv": "pass"}, ExitCode.conforms) == (found.words(), found.code), found.output
    assert ["not looked at in time"] * 2 == [each.data["because"] for each in history.seen("again")]


def test_what_cannot_be_told_stays_unknown(tmp_path, play):
    """There is an end of trying."""
    found = session(tmp_path, play, "play", 3)

    assert ({"timed-kv": "unknown"}, ExitCode.inconclusive) == (found.words(), found.code), found.output
