from __future__ import annotations

import pytest


@pytest.fixture
def found(briefly_played, miniature):
    """Return what was found of a miniature: each clause that was asked, and the words that were said."""
    run = briefly_played(miniature.__name__)
    verdicts = [each for each in run.verdicts if each.play.contestant == miniature.__name__]
    return {
        word: {each.clause for each in verdicts if each.finding.word == word} for word in ("pass", "fail", "unknown")
    }


def test_a_lie_is_caught_within_seconds(miniature, found):
    """Of the first promises, those that the lie breaks are found broken, and no others."""
    asked = set().union(*found.values())
    known = miniature.must_fail | miniature.may_fail

    assert {"A1", "A2", "A6", "A8", "A10", "B1", "B2", "B3", "C1", "C2"} == asked
    assert miniature.must_fail & asked <= found["fail"] <= known


@pytest.mark.parametrize(
    ("name", "early", "endless"), [("Honest", 0, 0), ("ExpiresEarly", 50, 0), ("NeverExpires", 0, 50)]
)
def test_a_lie_about_lifetimes_is_measured(briefly_played, name, early, endless):
    """Every end before its time is counted, and what never ends has no overrun; an honest backend has neither."""
    found = [each for each in briefly_played(name).lifetimes if each.contestant == name]

    assert {"kv", "result"} == {each.layer for each in found}
    assert {(50, early, endless, bool(endless))} == {
        (len(each.lives), each.early, sum(end is None for _, end in each.lives), each.longest_ns is None)
        for each in found
    }
