from __future__ import annotations

import pytest


pytestmark = pytest.mark.mutants

#: Only a declared backend has a default port, boolean options, a scheme that it could get wrong, and somebody who looks
#: at what it holds; none of these has.
OUT_OF_REACH = {"C11", "H7", "H10", "H13"}

#: What none of these claims; those that do are `trusting`.
UNCLAIMED = {"H3"}


@pytest.fixture
def verdicts(played, miniature):
    """Return what was found of a miniature."""
    run = played(miniature.__name__)
    return [each for each in run.verdicts if each.play.contestant == miniature.__name__]


def clauses(verdicts, *words):
    return {each.clause for each in verdicts if each.finding.word in words}


def test_the_lie_is_caught(miniature, verdicts):
    """Every promise that the lie breaks for certain is found broken."""
    assert frozenset() == miniature.must_fail - clauses(verdicts, "fail")


def test_nothing_else_is_called_broken(miniature, verdicts):
    """No promise that the lie cannot reach is found broken: that would be a fault of the suite."""
    known = miniature.must_fail | miniature.may_fail

    assert [] == [each for each in verdicts if each.finding.word == "fail" and each.clause not in known]


def test_nothing_is_left_undecided(miniature, verdicts):
    """Where the answer is there for the taking, `unknown` is a fault of the suite; its reason tells a busy machine."""
    decidable = [each for each in verdicts if each.clause not in miniature.undecidable | UNCLAIMED | {"A1"}]

    assert [] == [
        f"{each.clause} {each.play.layer} {each.finding.word}: {each.finding.because}"
        for each in decidable
        if each.finding.word not in {"pass", "fail"}
    ]


def test_what_nobody_can_count_is_judged_by_its_answers(played):
    """A contestant without a peek can keep A1: its answers are all that there is to judge."""
    found = [each for each in played("Honest").verdicts if (each.clause, each.play.contestant) == ("A1", "Honest")]

    assert {"A1"} == clauses(found, "pass")


def test_every_promise_is_asked_of_the_honest_one(played):
    """The honest backend breaks nothing, and there is no promise that was not asked of it."""
    run = played("Honest")
    found = [each for each in run.verdicts if each.play.contestant == "Honest"]

    assert {each.id for each in run.header.clauses} - UNCLAIMED == clauses(found, "pass", "unknown")
    assert set() == clauses(found, "fail")


def test_every_promise_is_broken_by_somebody(everybody):
    """No promise, at no layer, is trusted to a check that has never been seen to fail."""
    asked = {
        (each.clause, each.play.layer)
        for each in everybody
        if each.level != "observe" and each.clause not in OUT_OF_REACH | UNCLAIMED
    }
    broken = {(each.clause, each.play.layer) for each in everybody if each.finding.word == "fail"}

    assert set() == asked - broken


def test_no_script_breaks_off(played, miniature):
    """Every script comes to its end, whatever is answered to it."""
    histories = played(miniature.__name__).histories

    assert [] == [each.play for each in histories if each.broken and each.play.contestant == miniature.__name__]


def test_a_script_costs_no_more_than_it_declares(played):
    """No playing makes more calls than its scenario's budget, which reports show and somebody's server relies on."""
    run = played("Honest")
    allowed = {each.id: each.budget_ops for each in run.header.scenarios}

    assert [] == [each.play for each in run.histories if len(each.ops) > allowed[each.play.scenario]]


def test_every_playing_leaves_a_trace(played, miniature):
    """The Run is complete, and nothing that was planned is missing from it."""
    run = played(miniature.__name__)

    assert (True, []) == (run.complete, run.missing)
