from __future__ import annotations

import pytest

from crisper.checks.states import success_stands
from crisper.checks.together import both
from crisper.checks.traces import reading_leaves_nothing
from crisper.verdicts import failed, passed


SUCCESS, FAILURE = {"status": "SUCCESS", "result": 1}, {"status": "FAILURE", "result": 2}


@pytest.fixture
def told_of(made):
    """Return a function that judges stores (first) and reads of one task."""

    def judge(*calls):
        ops = [
            made.op(seq, name, layer="result", input=value if name == "store_result" else None, output=value)
            for seq, (name, value) in enumerate(calls, 1)
        ]
        return success_stands(made.history(*ops), made.judged())

    return judge


def test_success_that_stands_passes(told_of):
    """SUCCESS is read though something was stored after it."""
    assert "pass" == told_of(("store_result", SUCCESS), ("store_result", FAILURE), ("get_task_meta", SUCCESS)).word


@pytest.mark.parametrize("later", [FAILURE, {"status": "SUCCESS", "result": 2}, {"status": "PENDING", "result": None}])
def test_success_that_does_not_stand_fails(told_of, later):
    """Another state, or another result, after SUCCESS fails; both Ops are the evidence."""
    finding = told_of(("store_result", SUCCESS), ("store_result", later), ("get_task_meta", later))

    assert ("fail", [1, 3]) == (finding.word, finding.evidence)


def test_before_success_anything_goes(told_of):
    """What is stored and read before SUCCESS is not this check's business."""
    calls = ("store_result", FAILURE), ("get_task_meta", FAILURE), ("store_result", SUCCESS), ("get_task_meta", SUCCESS)

    assert "pass" == told_of(*calls).word


def test_without_a_read_success_is_not_judged(told_of):
    """Where nobody looked, nothing is decided."""
    assert "unknown" == told_of(("store_result", SUCCESS)).word


def test_each_task_has_a_success_of_its_own(made):
    """The SUCCESS of one task is not asked of another."""
    ops = [
        made.op(seq, name, task, layer="result", input=value, output=value)
        for seq, (name, task, value) in enumerate(
            [
                ("store_result", "a", SUCCESS),
                ("get_task_meta", "a", SUCCESS),
                ("store_result", "b", {"status": "SUCCESS", "result": 9}),
                ("get_task_meta", "b", {"status": "SUCCESS", "result": 9}),
            ],
            1,
        )
    ]

    assert "pass" == success_stands(made.history(*ops), made.judged()).word


def test_a_store_that_timed_out_is_no_failure(made):
    """A late store in doubt may be ignored by the backend: whether SUCCESS stands is told by the reads."""
    ops = (
        made.op(1, "store_result", layer="result", input=SUCCESS),
        made.op(2, "store_result", layer="result", input=FAILURE, outcome="unknown", error="TimeoutError"),
        made.op(3, "get_task_meta", layer="result", output=SUCCESS),
    )

    assert "pass" == success_stands(made.history(*ops), made.judged()).word


def counts(made, **after):
    return made.history(
        made.op(1, "get"),
        observations=[made.seen("count", moment="before", keys=0), made.seen("count", moment="after", **after)],
    )


def test_reading_that_leaves_nothing_passes(made):
    """The same counts before and after are a pass."""
    assert "pass" == reading_leaves_nothing(counts(made, keys=0), made.judged()).word


@pytest.mark.parametrize(
    ("after", "grown"), [({"keys": 3}, "keys 0 → 3"), ({"keys": 0, "sessions": 1}, "sessions 0 → 1")]
)
def test_reading_that_leaves_something_fails(made, after, grown):
    """What is there after the reads and was not before is named, by kind."""
    finding = reading_leaves_nothing(counts(made, **after), made.judged())

    assert ("fail", f"reading left something on the server: {grown}") == (finding.word, finding.because)


def test_two_checks_decide_together():
    """Of two findings on one clause the more severe one stands."""
    check = both(lambda *_: passed("fine"), lambda *_: failed("broken"))

    assert ("fail", "broken") == ((finding := check(None, None)).word, finding.because)
