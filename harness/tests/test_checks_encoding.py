from __future__ import annotations

import pytest

from crisper.checks.encoding import compressed_or_warned, named_at_least, right_or_refused


ERROR = {"$exception": "RuntimeError", "args": ["no luck"]}


@pytest.fixture
def read(made):
    """Return a function that makes a History of what was stored and read of a task each, and of what more was seen."""

    def history(*pairs, sizes=(), complaints=()):
        ops = []
        for key, (stored, answer) in enumerate(pairs):
            more = answer if "outcome" in answer else {"output": answer}
            for call, form in (("store_result", {"input": stored}), ("get_task_meta", more)):
                ops.append(made.op(len(ops) + 1, call, str(key), layer="result", **form))
        ops += [made.op(len(ops) + number, "stored size", output=size) for number, size in enumerate(sizes, 1)]
        return made.history(*ops, observations=[made.seen("complaint", text=text) for text in complaints])

    return history


RAISED = {"outcome": "failed", "error": "DecodeError"}


def test_an_error_of_the_same_name_will_do(made, read):
    """Its arguments may have become text."""
    meta = made.meta("FAILURE", ERROR | {"args": ["no luck", "<function>"]})

    assert "pass" == named_at_least(read((made.meta("FAILURE", ERROR), meta)), made.judged()).word


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "FAILURE", "result": {"$exception": "Exception", "args": []}},
        {"status": "FAILURE", "result": "RuntimeError"},
        {"status": "SUCCESS", "result": ERROR},
        {"status": "PENDING", "result": None},
        RAISED,
    ],
)
def test_an_error_without_its_name_is_found(made, read, answer):
    """Another class, no class, another state, nothing, or an error of the reader's own."""
    assert "fail" == named_at_least(read((made.meta("FAILURE", ERROR), answer)), made.judged()).word


def test_a_refusal_is_as_good_as_the_value(made, read):
    """Both are counted."""
    right = made.meta("SUCCESS", 1)

    assert "1 read rightly, 1 refused with an error" == (
        right_or_refused(read((right, right), (right, RAISED)), made.judged()).because
    )


def test_garbage_is_found(made, read):
    """Whoever answers has to answer what was stored."""
    finding = right_or_refused(read((made.meta("SUCCESS", 1), made.meta("SUCCESS", "\x93"))), made.judged())

    assert ("fail", [1, 2]) == (finding.word, finding.evidence)


WARNING = "The X result backend cannot store compressed payloads, so the result_compression setting is ignored"


@pytest.mark.parametrize(
    ("sizes", "complaints", "word"),
    [
        ((20, 900), (), "pass"),
        ((900, 900), (), "fail"),
        ((900, 900), (WARNING,), "pass"),
        ((900, 900), ("a deprecation",), "fail"),
        ((), (), "pass"),
    ],
)
def test_compression_is_done_or_warned_of(made, read, sizes, complaints, word):
    """What is as long as before was not compressed; where nobody can look, the answers have to do."""
    meta = made.meta("SUCCESS", "x")
    history = read((meta, meta), sizes=sizes, complaints=complaints)

    assert word == compressed_or_warned(history, made.judged()).word


def test_compression_may_not_cost_the_value(made, read):
    """However small it has become."""
    history = read((made.meta("SUCCESS", "x"), made.meta("PENDING", None)), sizes=(1, 9))

    assert "fail" == compressed_or_warned(history, made.judged()).word
