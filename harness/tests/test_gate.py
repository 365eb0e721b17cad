from __future__ import annotations

import datetime as dt

import pytest

from crisper.gate import ExitCode, Ruling, exit_code, ruling


TODAY = dt.date(2026, 1, 1)


@pytest.fixture
def ruled():
    """Return a function that holds a verdict against deviations, on today's versions."""

    def rule(verdict, *deviations):
        return ruling(verdict, deviations, celery="5.6.2", engine="8.0.5", today=TODAY)

    return rule


def test_a_pass_is_kept(made, ruled):
    """A promise that is kept, and that nobody expects to be broken, is kept."""
    assert ("kept", "because") == ((found := ruled(made.verdict("pass"))).standing, found.says)


@pytest.mark.parametrize(
    ("level", "standing"), [("must", "nonconformance"), ("should", "reported"), ("observe", "reported")]
)
def test_a_failure_weighs_by_its_level(made, ruled, level, standing):
    """A broken must stops the build, a broken should or observation is reported."""
    assert standing == ruled(made.verdict("fail", level=level)).standing


def test_a_known_failure_is_known(made, ruled):
    """A failure that a deviation expects stops nothing; the verdict is marked with the deviation's place."""
    found = ruled(made.verdict("fail"), made.deviation())

    assert ("known", "memory/deviations.toml:3") == (found.standing, found.verdict.deviation)


def test_an_unexpected_pass_says_what_to_delete(made, ruled):
    """A promise that is kept though a deviation denies it stops the build, and names the lines to delete."""
    found = ruled(made.verdict("pass"), made.deviation())

    assert "nonconformance" == found.standing
    assert found.says.startswith("passes, but memory/deviations.toml:3 says that it fails: delete that deviation")


def test_an_intermittent_failure_may_pass(made, ruled):
    """What fails only sometimes may pass, and may fail."""
    known = made.deviation(intermittent=True)

    assert ("kept", "known") == tuple(ruled(made.verdict(word), known).standing for word in ("pass", "fail"))


def test_another_message_is_another_failure(made, ruled):
    """A failure for another reason than the known one stops the build, and says which line expected what."""
    found = ruled(made.verdict("fail", "it caught fire"), made.deviation())

    assert ("nonconformance", None) == (found.standing, found.verdict.deviation)
    assert "fails otherwise than memory/deviations.toml:3 says ('because'): it caught fire" == found.says


def test_of_two_known_failures_the_fitting_one_counts(made, ruled):
    """Several deviations of one clause are told apart by their messages."""
    known = made.deviation(), made.deviation(message="fire", place="memory/deviations.toml:9")
    found = ruled(made.verdict("fail", "it caught fire"), *known)

    assert ("known", "memory/deviations.toml:9") == (found.standing, found.verdict.deviation)


def test_a_past_review_date_stops_the_build(made, ruled):
    """A deviation is believed up to its date; after it, somebody must look upstream."""
    known = made.deviation(review_by=TODAY)
    past = made.deviation(review_by=TODAY - dt.timedelta(days=1))
    says = "memory/deviations.toml:3: its review_by 2025-12-31 has passed; check it against https://x: because"

    assert "known" == ruled(made.verdict("fail"), known).standing
    assert ("nonconformance", says) == ((found := ruled(made.verdict("fail"), past)).standing, found.says)


@pytest.mark.parametrize(
    "elsewhere", [{"clause": "A2"}, {"scenario": "other"}, {"layer": "result"}, {"celery": ">=5.7"}, {"engine": "<8"}]
)
def test_a_deviation_explains_nothing_else(made, ruled, elsewhere):
    """Another clause, scenario, layer or version is not excused, and its pass is no surprise."""
    known = made.deviation(**elsewhere)

    assert ("nonconformance", "kept") == tuple(ruled(made.verdict(word), known).standing for word in ("fail", "pass"))


def test_an_expected_should_that_passes_stops_the_build_too(made, ruled):
    """A stale deviation is stale at any level."""
    assert "nonconformance" == ruled(made.verdict("pass", level="should"), made.deviation()).standing


@pytest.mark.parametrize(("level", "standing"), [("must", "inconclusive"), ("should", "reported")])
def test_an_undecided_must_is_inconclusive(made, ruled, level, standing):
    """What could not be decided is not passed: a must makes the gate inconclusive."""
    assert standing == ruled(made.verdict("unknown", level=level)).standing


def test_a_deviation_excuses_no_doubt(made, ruled):
    """That a failure is known does not decide what could not be decided."""
    assert "inconclusive" == ruled(made.verdict("unknown"), made.deviation()).standing


def test_an_error_is_ours(made, ruled):
    """A failure of harness or server is never a pass, and never blamed on the backend, known or not."""
    assert ("error", "error") == tuple(
        ruled(made.verdict("error"), *known).standing for known in ((), (made.deviation(),))
    )


@pytest.mark.parametrize("word", ["unsupported", "inapplicable"])
def test_what_is_not_claimed_is_skipped(made, ruled, word):
    """What a backend does not claim, or has no meaning for it, counts neither way."""
    assert ("skipped", "because") == ((found := ruled(made.verdict(word))).standing, found.says)


@pytest.mark.parametrize(
    ("standings", "code"),
    [
        ((), ExitCode.conforms),
        (("kept", "known", "reported", "skipped"), ExitCode.conforms),
        (("kept", "inconclusive"), ExitCode.inconclusive),
        (("inconclusive", "error", "kept"), ExitCode.harness_error),
        (("error", "inconclusive", "nonconformance"), ExitCode.nonconformance),
    ],
)
def test_the_most_certain_fault_decides_the_exit_code(made, standings, code):
    """A broken promise outweighs our own failures, and those outweigh doubt."""
    rulings = [Ruling(verdict=made.verdict("pass"), standing=each, says="") for each in standings]

    assert code == exit_code(rulings)


def test_exit_codes_are_distinct_from_pytests():
    """Who reads an exit code can tell nonconformance, usage, our error, doubt, interruption and an empty plan apart."""
    assert {0, 1, 3, 4, 6} == set(ExitCode)
