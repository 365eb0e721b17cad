from __future__ import annotations

import datetime as dt

import pytest

from crisper.deviations import Deviation
from crisper.runs import Footer
from crisper_reports.steady import steady


def intermittent(clause, contestant):
    about = {"message": "lost", "upstream": "https://x", "review_by": dt.date(2099, 1, 1), "intermittent": True}
    return Deviation(backend=contestant, clause=clause, scenario=f"s.{clause}", **about)


@pytest.fixture
def runs(run, made):
    """Return a function that makes a Run for each word of one verdict, beside one that is always the same."""

    def several(*words, because="3 races were lost", known=(), deviation=None, **footer):
        about = {"ended": "", "outcome": "complete", "exit_code": 0, "timings_ns": {"total": 70 * 10**9}, **footer}
        return [
            run(
                made.header(),
                made.contestant("redis", deviations=list(known)),
                made.verdict(made.play("A1", "redis")),
                made.verdict(made.play("B4", "redis"), word, because, deviation=deviation),
                Footer(**about),
            )
            for word in words
        ]

    return several


def test_runs_that_agree_say_so(runs):
    """How many verdicts and contestants, how long each took, how each ended, and that nothing differs."""
    found = steady(runs("pass", "pass"))

    assert [] == found.shaky
    assert [
        "2 Runs of 2 verdicts on 1 contestants",
        "from 70 to 70 s each; exit codes: 0 (2)",
        "all verdicts are the same in all of them",
    ] == found.text.splitlines()


def test_what_differs_is_named_and_counted(runs):
    """With the reason of what is not good, and it is said that nobody expected it."""
    found = steady(runs("pass", "fail", "pass"))

    assert ["B4 redis (kv) [s.B4]"] == found.shaky
    assert "  B4 redis (kv) [s.B4]: pass 2, fail 1: 3 races were lost" in found.text.splitlines()
    assert "not on file as intermittent: 1" in found.text


def test_what_may_differ_is_counted_and_no_surprise(runs):
    """A deviation that is on file as intermittent may pass or fail."""
    found = steady(runs("pass", "fail", known=[intermittent("B4", "redis")], deviation="redis/deviations.toml:1"))

    assert [] == found.shaky
    assert "  B4 redis (kv) [s.B4]: pass 1, known 1; on file as intermittent" in found.text.splitlines()
    assert "all others are the same in all of them" in found.text


@pytest.mark.parametrize("known", [intermittent("B4", "memory"), intermittent("A1", "redis")])
def test_what_is_on_file_for_another_excuses_nobody(runs, known):
    """It has to name this contestant, and this promise."""
    assert ["B4 redis (kv) [s.B4]"] == steady(runs("pass", "fail", known=[known])).shaky


def test_what_fails_otherwise_than_is_on_file_is_no_such_thing(runs):
    """Another message, or another version, and the deviation says nothing of it."""
    assert ["B4 redis (kv) [s.B4]"] == steady(runs("pass", "fail", known=[intermittent("B4", "redis")])).shaky


def test_what_fails_in_two_ways_is_not_the_same(runs):
    """One of them is on file, and the other, whose reason is told, stops a gate."""
    found = steady([*runs("fail", because="as ever", deviation="redis/deviations.toml:1"), *runs("fail")])

    assert ["B4 redis (kv) [s.B4]"] == found.shaky
    assert "  B4 redis (kv) [s.B4]: known 1, fail 1: 3 races were lost" in found.text.splitlines()


def test_what_could_not_be_decided_is_never_expected(runs):
    """Intermittent means kept or broken, not unknown."""
    assert ["B4 redis (kv) [s.B4]"] == steady(runs("pass", "unknown", known=[intermittent("B4", "redis")])).shaky


def test_an_incomplete_run_lacks_what_others_have(runs, run, made):
    """It is told, and what it lacks counts as missing."""
    cut = run(made.header(), made.contestant("redis"), made.verdict(made.play("A1", "redis")))
    found = steady([*runs("pass"), cut])

    assert ["B4 redis (kv) [s.B4]"] == found.shaky
    assert "1 of them incomplete: what they lack is missing" in found.text
    assert "pass 1, missing 1" in found.text
