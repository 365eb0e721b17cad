from __future__ import annotations

import msgspec
import pytest

from crisper.judging import judged, lacks_layer, no_layer, unplayed
from crisper.scenario import Scenario
from crisper.verdicts import SEVERITY, failed, merged, passed, undecided


@pytest.fixture
def found(made):
    """Return a function that judges a History by one check and returns the Finding."""

    def find(check, *, history=None, needs=None, claims=()):
        clause = msgspec.structs.replace(made.CLAUSE, needs=needs)
        scenario = Scenario(
            id="kept",
            sentence="Keep.",
            script=lambda _: None,
            layers=("kv",),
            checks={clause: check},
            lane="play",
            ops=9,
            seconds=9,
        )
        (verdict,) = judged(history or made.history(), scenario, made.judged(*claims))
        return verdict.finding

    return find


def always(finding):
    return lambda _history, _contestant: finding


def crashing(error):
    def check(_history, _contestant):
        raise error

    return check


def test_a_verdict_names_play_clause_and_level(made):
    """Each clause of a scenario gets one verdict, in its own name."""
    (verdict,) = unplayed(made.PLAY, [made.CLAUSE], passed("fine"))

    assert (made.PLAY, "A1", "must", "fine") == (
        verdict.play,
        verdict.clause,
        verdict.level,
        verdict.finding.because,
    )


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), ZeroDivisionError("x"), AssertionError("x")])
def test_a_crashed_check_is_unknown(found, error):
    """A check that crashes has decided nothing, and says how it crashed."""
    finding = found(crashing(error))

    assert ("unknown", f"the check crashed: {type(error).__name__}: {error}") == (finding.word, finding.because)


@pytest.mark.parametrize("error", [RuntimeError("x"), RecursionError("x"), OSError("x"), StopIteration("x")])
def test_however_a_check_crashes_it_is_unknown(found, error):
    """Any exception of a check is a doubt about one clause, not the end of the Run."""
    assert "unknown" == found(crashing(error)).word


def test_a_broken_script_decides_nothing(made, found):
    """Where the script did not come to its end, nothing is said of the backend, and the reason is told."""
    finding = found(always(passed("fine")), history=made.history(broken="ValueError: x"))

    assert ("unknown", "the script did not come to its end: ValueError: x") == (finding.word, finding.because)


def test_what_is_not_claimed_and_fails_is_unsupported(found):
    """A backend may lack what it does not claim; the evidence is kept."""
    finding = found(always(failed("still there", 3)), needs="autoexpire")

    assert ("unsupported", [3]) == (finding.word, finding.evidence)
    assert "autoexpire is not claimed, and silently does nothing: still there" == finding.because


def test_what_is_not_claimed_and_works_passes_and_says_so(found):
    """What works is a pass; that it is not claimed is told."""
    finding = found(always(passed("gone")), needs="autoexpire")

    assert ("pass", "works, though autoexpire is not claimed: gone") == (finding.word, finding.because)


def test_what_is_claimed_is_judged_as_it_is(found):
    """A claim takes every excuse away."""
    assert "fail" == found(always(failed("still there")), needs="autoexpire", claims={"autoexpire"}).word


def test_doubt_stays_doubt(found):
    """What could not be decided is unknown, claimed or not."""
    assert "unknown" == found(always(undecided("lag")), needs="autoexpire").word


@pytest.mark.parametrize(
    ("layer", "claims", "lacking"), [("kv", {"kv"}, False), ("kv", {"shared"}, True), ("result", set(), False)]
)
def test_only_the_kv_layer_may_be_lacking(layer, claims, lacking):
    """Every result backend has a result layer."""
    assert lacking is lacks_layer(layer, claims)


def test_a_lacking_layer_is_inapplicable():
    """Where there is no such layer the promise has no meaning."""
    assert ("inapplicable", "no kv layer") == ((finding := no_layer("kv")).word, finding.because)


@pytest.mark.parametrize("place", range(len(SEVERITY)))
def test_the_most_severe_finding_stands(made, place):
    """Merging keeps the most telling word, and the first of several alike."""
    findings = [made.finding(word, because) for because in ("first", "second") for word in SEVERITY[: place + 1]]

    assert (SEVERITY[place], "first") == ((worst := merged(findings)).word, worst.because)
