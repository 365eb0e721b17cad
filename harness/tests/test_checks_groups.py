from __future__ import annotations

import pytest

from crisper.checks.groups import members_in_order


@pytest.fixture
def told_of(made):
    """Return a function that judges what a wait for two stored results came to."""

    def judge(output, **more):
        ops = [
            made.op(number, "store_result", key, layer="result", input={"status": "SUCCESS", "result": key})
            for number, key in enumerate("ba", 1)
        ]
        ops.append(made.op(3, "GroupResult.get", "a", "b", layer="result", output=output, **more))
        return members_in_order(made.history(*ops), made.judged())

    return judge


def test_the_order_of_the_members_is_kept(told_of):
    """Whoever was stored first."""
    assert "pass" == told_of(["a", "b"]).word


@pytest.mark.parametrize("output", [["b", "a"], ["a"], ["a", "b", "b"], None])
def test_any_other_answer_is_found(told_of, output):
    """Another order, or another number of results."""
    finding = told_of(output)

    assert ("fail", [3]) == (finding.word, finding.evidence)


def test_the_first_wrong_place_is_told(told_of):
    """A person need not compare the lists."""
    assert "GroupResult.get returned 'b' at place 0; stored was 'a'" == told_of(["b", "a"]).because


def test_a_wait_that_raises_is_found(told_of):
    """All results were there."""
    assert "fail" == told_of(None, outcome="unknown", error="TimeoutError").word
