from __future__ import annotations

import pytest

from crisper.checks.counting import counts_exactly
from crisper.checks.racing import never_missing, never_older, success_stands_in_races
from crisper.reproduction.excerpt import excerpt


@pytest.fixture
def looked(made):
    """Return a function that makes a History of what clients, by turns, read of a key that is overwritten."""

    def history(*answers, missing=0, **more):
        ops = [made.op(1, "set", input="000000")]
        for client, answer in answers:
            output = f"{answer:06}" if isinstance(answer, int) else answer
            ops.append(made.op(len(ops) + 1, "get", client=client, output=output, **more))
        seen = made.seen("together", readers=2, reads=60, missing=missing)
        return made.history(*ops, observations=[seen])

    return history


@pytest.mark.parametrize("answer", ["000003", {"$bytes": "000003"}])
def test_a_number_is_there(looked, made, answer):
    """Text and bytes are as good."""
    assert "pass" == never_missing(looked(("a", answer)), made.judged()).word
    assert "pass" == never_older(looked(("a", answer)), made.judged()).word


def test_the_share_of_lost_reads_is_told(looked, made):
    """One read that found nothing is enough, and how many there were is said by the number of readers."""
    finding = never_missing(looked(("a", 1), ("b", None), missing=7), made.judged())

    assert ("fail", [3]) == (finding.word, finding.evidence)
    assert "get found nothing: 7 of 60 reads by 2 at once" == finding.because


@pytest.mark.parametrize("answer", ["", "000", "00000x", {"$bytes": ""}, 1.5])
def test_half_a_value_is_found(looked, made, answer):
    """What is no number was never written."""
    assert "which nobody wrote" in never_missing(looked(("a", answer)), made.judged()).because


def test_a_read_that_raises_is_found(looked, made):
    """As is what cannot be decoded."""
    history = looked(("a", None), outcome="failed", error="DecodeError")

    assert "get raised DecodeError (no message)" == never_missing(history, made.judged()).because


def test_without_a_read_nothing_is_decided(made):
    """Nobody looked."""
    assert ["unknown"] * 3 == [
        check(made.history(), made.judged()).word for check in (never_missing, never_older, success_stands_in_races)
    ]


def test_an_older_number_after_a_newer_one_is_found(looked, made):
    """To one client; what another has read is its own affair."""
    apart = looked(("a", 5), ("b", 3), ("a", 5), ("b", 4))
    back = looked(("a", 5), ("b", 9), ("a", 4))

    assert "pass" == never_older(apart, made.judged()).word
    assert ("a read 5, then 4", [2, 4]) == ((finding := never_older(back, made.judged())).because, finding.evidence)


def raced(made, *answers):
    ops = []
    for number, answer in enumerate(answers):
        for call, status in (("store_result", "SUCCESS"), ("store_result", "FAILURE"), ("get_task_meta", answer)):
            form = {"input": made.meta(status, 1)} if call == "store_result" else {"output": made.meta(status, 1)}
            ops.append(made.op(len(ops) + 1, call, str(number), layer="result", **form))
    return made.history(*ops, observations=[made.seen("together", races=9, lost=len(answers))])


def test_success_that_stands_in_all_races_passes(made):
    """Only what was lost is kept."""
    assert "SUCCESS stood in 9 races" == success_stands_in_races(raced(made), made.judged()).because


def test_a_lost_race_is_found(made):
    """The stores and the read of the first lost one are the evidence."""
    finding = success_stands_in_races(raced(made, "FAILURE", "FAILURE"), made.judged())

    assert ("fail", [1, 2, 3]) == (finding.word, finding.evidence)
    assert "2 of 9 races ended in FAILURE with 1" == finding.because


def test_of_a_race_one_round_is_told(made):
    """The two stores are made at the same time, and then it is read."""
    history = raced(made, "FAILURE")
    found = excerpt(history, success_stands_in_races(history, made.judged()))

    assert (["store_result", "store_result", "get_task_meta"], {1, 2}) == ([op.call for op in found.ops], found.at_once)


def counted(made, *sums, alone=(1, 2)):
    ops = [made.op(number, "incr", output=each) for number, each in enumerate(alone, 1)]
    return counts_exactly(made.history(*ops, observations=[made.seen("counted", sums=each) for each in sums]), None)


def test_counters_that_count_pass(made):
    """Each sum once, whoever got it."""
    assert "pass" == counted(made, [1, 4], [2, 3]).word


@pytest.mark.parametrize("sums", [[[1, 2], [2, 3]], [[1, 2], [4, 5]], [[2, 3]], [[0, 1]]])
def test_counters_that_lose_or_leave_out_are_found(made, sums):
    """A sum that two were told, or that nobody was told."""
    assert "fail" == counted(made, *sums).word


@pytest.mark.parametrize("alone", [(0, 1), (1, 1), ("1", "2"), (None,)])
def test_counters_start_at_one(made, alone):
    """As numbers."""
    assert "fail" == counted(made, [1], alone=alone).word


def test_a_counter_that_raises_is_found(made):
    """And nothing else is asked of it."""
    op = made.op(1, "incr", outcome="failed", error="NotImplementedError")

    assert "fail" == counts_exactly(made.history(op), made.judged()).word
    assert "unknown" == counted(made).word
