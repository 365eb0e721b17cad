from __future__ import annotations

from pathlib import Path

import pytest

from crisper.gate import ExitCode


OWN = Path(__file__).with_name("own_scenarios.py")


def planned(session):
    return [str(play) for play in session.run.header.plan]


def named(session):
    """Return the items that a session lists."""
    return [line.partition("::")[2] for line in session.output.splitlines() if "::" in line]


def test_k_selects_by_clause(folder, play):
    """-k with clauses' ids plays those; a must in doubt makes the session inconclusive."""
    session = play(folder, "-k", "K4 or K10")

    assert (["doubted[kv-memory]", "lasting[kv-memory]"], ExitCode.inconclusive) == (planned(session), session.code)


@pytest.fixture(scope="module")
def conforming(tmp_path_factory, play):
    """Return a session of two contestants and an ordinary test, in which only a should is broken."""
    folder = tmp_path_factory.mktemp("conforming")
    (folder / "scenario_own.py").write_text(OWN.read_text())
    (folder / "test_ordinary.py").write_text("def test_lasting():\n    assert True\n")
    return play(folder, "-k", "lasting or regretted", backends=("memory", "mine=cache+memory://"))


def test_a_broken_should_stops_nothing(conforming):
    """A session in which only a should is broken conforms."""
    assert ExitCode.conforms == conforming.code, conforming.output


def test_contestants_play_side_by_side(conforming):
    """Several contestants are played in one session; each item is named after its own."""
    assert [f"{each}[kv-{name}]" for each in ("regretted", "lasting") for name in ("memory", "mine")] == planned(
        conforming
    )


def test_ordinary_tests_stand_beside_scenarios(conforming):
    """A test file in the same folder runs as ever, and is no part of the Run."""
    assert "3 passed, " in conforming.output


def test_x_stops_the_plan(folder, play):
    """-x stops at the first broken promise: what comes after it is not waited for, and the Run is incomplete."""
    session = play(folder, "-x", "-k", "broken or hanging")

    assert (False, ["hanging[kv-memory]"]) == (session.run.complete, [str(play) for play in session.run.missing])
    assert 0 != session.code


def test_lf_plays_what_failed(everything, play):
    """--lf selects what stopped the gate last time, and nothing else."""
    names = named(play(everything.folder, "--lf", "--collect-only"))

    stopped = {"broken", "doubted", "failed_by_us", "hanging", "killing", "leaving", "orphaning", "overspending"}

    assert stopped == {name.partition("[")[0] for name in names}


def test_the_profile_selects_too(folder, play):
    """What is declared full is planned in that profile alone, beside all the others."""
    asked = "--collect-only", "-k", "patient or lasting", "--profile"
    quick, full = (named(play(folder, *asked, profile)) for profile in ("quick", "full"))

    assert (["lasting[kv-memory]"], ["patient[kv-memory]", "lasting[kv-memory]"]) == (quick, full)


def test_collecting_plays_nothing(folder, play):
    """--collect-only lists the plan by layer and contestant, starts nothing and writes no Run."""
    session = play(folder, "--collect-only", "-m", "result")

    assert (["kept[result-memory]"], 0, False) == (named(session), session.code, session.file.exists())


#: What xdist does to declare its option, as far as the plugin can see it.
XDIST = """
def pytest_addoption(parser):
    parser.getgroup("xdist")._addoption("-n", dest="numprocesses", type=int, default=None)
"""


def test_xdist_is_refused(folder, play):
    """The Player is parallel already: -n is refused in one clear line, before anything starts."""
    (folder / "conftest.py").write_text(XDIST)
    session = play(folder, "-n", "2")

    assert (ExitCode.usage, False) == (session.code, session.file.exists())
    assert "-n: pytest-xdist would start every server once per worker" in session.output
