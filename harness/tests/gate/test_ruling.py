from __future__ import annotations

import datetime as dt

import pytest

from crisper.deviations import Deviation
from crisper.gate import complaints, exit_code, ruling
from crisper.history import Play
from crisper.verdicts import Finding, Verdict


TODAY = dt.date(2026, 6, 1)


def verdict(word="fail", because="read 1", *, level="must", layer="kv"):
    play = Play(scenario="twice", layer=layer, contestant="liar")
    return Verdict(play=play, clause="X1", level=level, finding=Finding(word=word, because=because))


def known(**changes):
    entry = {
        "backend": "liar",
        "clause": "X1",
        "scenario": "twice",
        "message": "read",
        "upstream": "https://example.org/1",
        "review_by": dt.date(2026, 12, 31),
        "place": "liars/deviations.toml:3",
    }
    return Deviation(**entry | changes)


def ruled(one, *deviations, **more):
    return ruling(one, deviations, celery="5.7.0", engine="1.0", today=TODAY, **more)


@pytest.mark.parametrize(
    ("standing", "word", "level"),
    [
        ("kept", "pass", "must"),
        ("nonconformance", "fail", "must"),
        ("reported", "fail", "should"),
        ("reported", "fail", "observe"),
        ("inconclusive", "unknown", "must"),
        ("reported", "unknown", "should"),
        ("kept", "pass", "observe"),
        ("reported", "unknown", "observe"),
        ("error", "error", "must"),
        ("skipped", "unsupported", "must"),
        ("skipped", "inapplicable", "must"),
    ],
)
def test_a_word_has_its_standing(standing, word, level):
    """Without a deviation, word and level alone decide."""
    assert standing == ruled(verdict(word, level=level)).standing


@pytest.mark.parametrize(
    ("standing", "word", "level"),
    [
        ("nonconformance", "fail", "should"),
        ("inconclusive", "unknown", "should"),
        ("reported", "fail", "observe"),
    ],
)
def test_strict_asks_of_a_should_what_is_asked_of_a_must(standing, word, level):
    """Under --strict a should binds as well; what is only observed never does."""
    assert standing == ruled(verdict(word, level=level), strict=True).standing


@pytest.mark.parametrize("word", ["pass", "fail"])
def test_what_is_only_observed_has_no_deviation(word):
    """Whatever a file says of it, it is shown, and never stops the gate."""
    found = ruled(verdict(word, "9 ms", level="observe"), known(message="something else"), strict=True)

    assert found.standing in {"kept", "reported"}
    assert "9 ms" == found.says


def test_a_known_failure_is_known():
    """A failure that a deviation explains is marked with it and stops nothing."""
    found = ruled(verdict(), known())

    assert ("known", "liars/deviations.toml:3") == (found.standing, found.verdict.deviation)


@pytest.mark.parametrize(
    ("said", "one", "entry"),
    [
        ("passes, but liars/deviations.toml:3 says that it fails: delete", verdict("pass"), known()),
        ("fails otherwise than liars/deviations.toml:3 says", verdict(because="raised"), known()),
        ("liars/deviations.toml:3: its review_by 2026-05-31", verdict(), known(review_by=dt.date(2026, 5, 31))),
    ],
)
def test_a_deviation_that_is_wrong_fails_the_gate_and_is_named(said, one, entry):
    """An unexpected pass, another message and a past date stop the gate; the line says which entry to change."""
    found = ruled(one, entry)

    assert "nonconformance" == found.standing
    assert said in found.says
    assert [f"X1 twice[kv-liar]: {found.says}"] == complaints([found])


def test_what_a_backend_breaks_is_no_complaint():
    """A failure that no deviation speaks of is not said to be a deviation's fault."""
    assert [] == complaints([ruled(verdict())])


def test_a_pass_at_one_layer_says_how_to_narrow():
    """Where the other layer may still fail, the line offers to give the entry its layer."""
    assert "give it the layer that still fails (kv does not)" in ruled(verdict("pass"), known()).says
    assert "give it" not in ruled(verdict("pass"), known(layer="kv")).says


@pytest.mark.parametrize("word", ["pass", "fail"])
def test_an_intermittent_one_may_do_either(word):
    """An intermittent deviation stops the gate neither when it is seen nor when it is not."""
    assert ruled(verdict(word), known(intermittent=True)).standing in {"kept", "known"}


def test_other_versions_are_not_excused():
    """A deviation of other versions explains nothing."""
    assert "nonconformance" == ruled(verdict(), known(celery="<5.6")).standing


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, ["pass"]), (1, ["pass", "error", "unknown", "fail"]), (3, ["error", "unknown"]), (6, ["unknown", "pass"])],
)
def test_the_most_certain_fault_decides_the_code(code, words):
    """A broken must outweighs an error of ours, which outweighs what could not be decided."""
    assert code == exit_code(ruled(verdict(word)) for word in words)


def test_a_stale_deviation_fails_the_gate():
    """Where all promises are kept, a stale deviation is nonconformance all the same."""
    assert 1 == exit_code([ruled(verdict("pass"))], ["liars/deviations.toml:3 was matched by no playing"])
