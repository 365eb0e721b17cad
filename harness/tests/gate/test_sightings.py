from __future__ import annotations

import datetime as dt

import pytest

from crisper.deviations import Deviation
from crisper.history import Play
from crisper.runs import ContestantInfo
from crisper.sightings import sightings, stale
from crisper.verdicts import Finding, Verdict


PLACE = "liars/deviations.toml:3"
TODAY = dt.date(2026, 6, 1)


def known(**changes):
    entry = {
        "backend": "liar",
        "clause": "X1",
        "scenario": "twice",
        "message": "read",
        "upstream": "https://example.org/1",
        "review_by": dt.date(2026, 12, 31),
        "place": PLACE,
    }
    return Deviation(**entry | changes)


def contestant(*deviations, failure=None):
    return ContestantInfo(
        name="liar",
        url="lie://",
        layers=["kv", "result"],
        claims=["kv"],
        facts={},
        deviations=[*deviations],
        celery="5.7.0",
        client="",
        failure=failure,
    )


def verdict(word, layer="kv"):
    play = Play(scenario="twice", layer=layer, contestant="liar")
    deviation = PLACE if word == "fail" else None
    finding = Finding(word=word, because="read 1")
    return Verdict(play=play, clause="X1", level="must", finding=finding, deviation=deviation)


def said(one, *verdicts, declared=None, played=("twice",), failure=None):
    declared = {"twice": ["X1"]} if declared is None else declared
    found = contestant(one, failure=failure)
    return list(stale(found, verdicts, declared=declared, played=played, today=TODAY))


def test_what_is_seen_is_counted():
    """Of five playings of a clause, those that failed as it says are counted beside those that passed."""
    words = ["fail", "pass", "fail", "pass", "fail"]
    (found,) = sightings(contestant(known(intermittent=True)), map(verdict, words))

    assert (5, 3, 2) == (found.playings, found.seen, found.passed)


def test_a_layer_narrows_what_is_counted():
    """A deviation of one layer has nothing to say of the other."""
    (found,) = sightings(contestant(known(layer="kv")), [verdict("fail"), verdict("pass", "result")])

    assert (1, 1) == (found.playings, found.seen)


@pytest.mark.parametrize(
    ("line", "declared"),
    [
        (f"{PLACE} names the scenario 'twice', which nobody declares: change or delete it", {}),
        (f"{PLACE} names X1, which twice does not play: change or delete it", {"twice": ["X2"]}),
    ],
)
def test_what_is_no_longer_there_is_named(line, declared):
    """A deviation whose scenario or clause has gone is stale, and the line says which of both."""
    assert [line] == said(known(), declared=declared, played=())


@pytest.mark.parametrize("verdicts", [[], [verdict("unsupported")], [verdict("inapplicable")]])
def test_what_nothing_matches_is_stale(verdicts):
    """A deviation without any playing that could fail as it says is stale."""
    assert [f"{PLACE} was matched by no playing: change or delete it"] == said(known(), *verdicts)


@pytest.mark.parametrize("word", ["fail", "pass", "unknown", "error"])
def test_what_is_told_elsewhere_is_not_told_twice(word):
    """What was seen is not stale; a pass is told with its verdict; what was undecided is nobody's fault."""
    assert [] == said(known(), verdict(word))


def test_an_intermittent_one_may_be_away():
    """An intermittent deviation that was not seen is not stale until its date has passed."""
    past = dt.date(2026, 5, 1)
    line = f"{PLACE} was not seen, and its review_by 2026-05-01 has passed: look at it again"

    assert [] == said(known(intermittent=True), verdict("pass"))
    assert [line] == said(known(intermittent=True, review_by=past), verdict("pass"))


def test_what_was_not_asked_is_not_stale():
    """A lane that was left out, another version, and a contestant that never took part leave a deviation as it is."""
    assert [] == said(known(), played=())
    assert [] == said(known(celery="<5.6"))
    assert [] == said(known(), failure="no image could be had")
