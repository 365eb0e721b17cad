from __future__ import annotations

import pytest

from crisper.checks.answers import MISSING, answered, each_answer, same, told
from crisper.checks.register import reads_see_last_write


BYTES = {"$bytes": "1"}


@pytest.fixture
def told_of(made):
    """Return a function that judges a few Ops, numbered in order, and returns the Finding."""

    def judge(*calls):
        ops = [made.op(seq, call, *keys, **more) for seq, (call, keys, more) in enumerate(calls, 1)]
        return reads_see_last_write(made.history(*ops), made.judged())

    return judge


def wrote(value, key="k", **more):
    return "set", [key], {"input": value, **more}


def read(value, key="k", **more):
    return "get", [key], {"output": value, **more}


def removed(key="k", **more):
    return "delete", [key], more


def many(output, *keys):
    return "mget", keys, {"output": output}


def stored(status, result):
    return "store_result", ["t"], {"layer": "result", "input": {"status": status, "result": result}}


def fetched(status, result=None, **more):
    output = {"status": status, "result": result, "traceback": None, **more}
    return "get_task_meta", ["t"], {"layer": "result", "output": output}


TIMED_OUT = {"outcome": "unknown", "error": "TimeoutError"}

LEGAL = {
    "nothing written, nothing read": [read(None)],
    "read what was written": [wrote(1), read(1)],
    "read the last": [wrote(1), wrote(2), read(2)],
    "text for its bytes": [wrote(BYTES), read("1")],
    "keys apart": [wrote(1, "a"), wrote(2, "b"), read(1, "a"), read(2, "b")],
    "removed is gone": [wrote(1), removed(), read(None)],
    "written after it was removed": [wrote(1), removed(), wrote(2), read(2)],
    "a write that timed out happened": [wrote(1), wrote(2, **TIMED_OUT), read(2)],
    "a write that timed out did not happen": [wrote(1), wrote(2, **TIMED_OUT), read(1)],
    "a removal that timed out happened": [wrote(1), removed(**TIMED_OUT), read(None)],
    "a removal that timed out did not happen": [wrote(1), removed(**TIMED_OUT), read(1)],
    "a read that timed out says nothing": [wrote(1), read(None, **TIMED_OUT), read(1)],
    "many as a list": [wrote(1, "a"), wrote(2, "b"), many([2, None, 1], "b", "c", "a")],
    "many as a mapping": [wrote(1, "a"), many({"a": 1}, "c", "a")],
    "a key asked for twice": [wrote(1, "a"), many([1, 1], "a", "a")],
    "an unknown task is pending": [fetched("PENDING")],
    "a state and more": [stored("STARTED", {"pid": 1}), fetched("STARTED", {"pid": 1}, date_done=None)],
}
BROKEN = {
    "a write is lost": [wrote(1), read(None)],
    "the first stands": [wrote(1), wrote(2), read(1)],
    "a value out of nowhere": [read(1)],
    "another value": [wrote(1), read(2)],
    "a key for another": [wrote(1, "a"), read(1, "b")],
    "removed is still there": [wrote(1), removed(), read(1)],
    "neither old nor new": [wrote(1), wrote(2, **TIMED_OUT), read(3)],
    "nothing after a timed-out write": [wrote(1), wrote(2, **TIMED_OUT), read(None)],
    "many out of order": [wrote(1, "a"), wrote(2, "b"), many([1, 2], "b", "a")],
    "too few of many": [wrote(1, "a"), many([1], "a", "b")],
    "a mapping that leaves one out": [wrote(1, "a"), wrote(2, "b"), many({"a": 1}, "a", "b")],
    "an unknown task is not pending": [fetched("STARTED")],
    "a state is not seen": [stored("STARTED", 1), stored("RETRY", 2), fetched("STARTED", 1)],
    "a state with another result": [stored("SUCCESS", 1), fetched("SUCCESS", 2)],
    "pending with a result": [fetched("PENDING", 1)],
}


@pytest.mark.parametrize("calls", LEGAL.values(), ids=list(LEGAL))
def test_a_legal_history_passes(told_of, calls):
    """Reads that say what was last written pass, a call in doubt being allowed both ways."""
    assert "pass" == told_of(*calls, wrote(0, "z"), read(0, "z")).word


@pytest.mark.parametrize("calls", BROKEN.values(), ids=list(BROKEN))
def test_a_history_broken_in_one_place_fails(told_of, calls):
    """One read that contradicts the last write fails, and is the evidence, with the write before it."""
    finding = told_of(*calls)

    assert ("fail", len(calls)) == (finding.word, finding.evidence[-1])


def test_a_failure_says_what_was_read_and_written(told_of):
    """The reason names both values as a person would write them."""
    finding = told_of(wrote(BYTES), read(None))

    assert ("get answered nothing; last written was b'1'", [1, 2]) == (finding.because, finding.evidence)


def test_the_place_among_many_is_told(told_of):
    """Of many keys the first wrong one is named by its place."""
    finding = told_of(wrote(1, "a"), wrote(2, "b"), many([1, 1], "a", "b"))

    assert "mget answered 1; last written was 2, at place 1 of 2" == finding.because


def test_a_call_that_raises_fails(told_of):
    """An error of any call breaks the promise, and is quoted."""
    finding = told_of(wrote(1), removed(outcome="failed", error="KeyError", message="'k'"))

    assert ("fail", "delete raised KeyError: 'k'", [2]) == (finding.word, finding.because, finding.evidence)


@pytest.mark.parametrize("calls", [[], [wrote(1)], [wrote(1), read(None, **TIMED_OUT)]])
def test_without_an_answer_nothing_is_decided(told_of, calls):
    """Where no read came to an answer, there is nothing to judge."""
    assert "unknown" == told_of(*calls).word


def test_a_doubt_ends_with_the_first_read(told_of):
    """Once a read has shown that a write in doubt happened, the older value is no longer possible."""
    assert "fail" == told_of(wrote(1), wrote(2, **TIMED_OUT), read(2), read(1), read(2)).word


def test_answers_of_both_layers_have_one_form(made):
    """Missing is missing, whatever a layer calls it."""
    nothing = made.op(1, "get"), made.op(1, "get_task_meta", layer="result", output=made.meta("PENDING", None))

    assert [MISSING, MISSING] == [answered(op) for op in nothing]
    assert "nothing" == told(MISSING)


def test_a_generator_that_was_too_short_is_no_answer(made):
    """Fewer answers than keys cannot be matched to them."""
    assert each_answer(made.op(1, "mget", "a", "b", output=[1])) is None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("é", {"$bytes": "Ã©"}, True),
        ({"$sha256": "a", "$size": 2, "$of": "str"}, {"$sha256": "a", "$size": 2, "$of": "bytes"}, True),
        ({"$sha256": "a", "$size": 2, "$of": "str"}, {"$sha256": "b", "$size": 2, "$of": "str"}, False),
        (MISSING, None, False),
        ("1", 1, False),
    ],
)
def test_text_and_its_bytes_are_the_same_value(one, other, alike):
    """A backend may hand back text as UTF-8 bytes; nothing else is the same."""
    assert alike is same(one, other)
