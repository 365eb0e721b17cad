from __future__ import annotations

import pytest

from crisper.checks.bursts import acknowledged_is_kept


@pytest.fixture
def judge(made):
    """Judge a burst in which the server was cut off from 2 to 4 ms."""

    def judged(*ops):
        fault = made.seen("fault", what="cut", began_ns=2 * made.MS, ended_ns=4 * made.MS, recovered_ns=5 * made.MS)
        return acknowledged_is_kept(made.history(*ops, observations=[fault]), made.judged())

    return judged


def test_what_was_acknowledged_is_there(made, judge):
    """What was not may be there, too; both are counted, and so is what hung."""
    ops = [
        made.op(1, "set", "a", input="1"),
        made.op(2, "set", "b", input="2", outcome="unknown", error="OSError"),
        made.op(3, "set", "c", input="3", outcome="unknown", error="NoAnswerError"),
        made.op(6, "set", "d", input="4"),
        *(
            made.op(7 + number, "get", key, output=value)
            for number, (key, value) in enumerate(zip("abcd", "12 4", strict=True))
        ),
    ]
    ops[-2] = made.op(9, "get", "c", output=None)
    found = judge(*ops)

    assert ("pass", []) == (found.word, found.evidence)
    assert "2 acknowledged writes are there; of 2 not acknowledged 1 were found; 1 calls hung" in found.because


@pytest.mark.parametrize("answer", [None, "other"])
def test_one_that_is_lost_is_a_failure(made, judge, answer):
    """Whether nothing is read or something else."""
    found = judge(made.op(3, "set", input="1"), made.op(6, "get", output=answer))

    assert ("fail", [3, 6]) == (found.word, found.evidence)
    assert found.because.startswith("1 of 1 acknowledged writes are lost")


def test_what_cannot_be_read_again_decides_nothing(made, judge):
    """Nor does a burst of which nothing was acknowledged."""
    assert judge(made.op(1, "set", input="1"), made.op(6, "get", outcome="unknown", error="OSError")).word == "unknown"
    assert judge(made.op(3, "set", input="1", outcome="unknown", error="OSError")).word == "unknown"


def test_nothing_is_decided_where_nothing_could_be_lost(made, judge):
    """What was stored after the server was broken has never been in danger."""
    assert judge(made.op(3, "set", input="1"), made.op(6, "get", output="1")).word == "unknown"


@pytest.mark.parametrize(
    ("at_ms", "told"),
    [
        (1, "none came through after it was cut"),
        (3, "the first came through 0.0 s after it was cut"),
        (6, "the first came through 0.0 s after it was mended"),
    ],
)
def test_when_writes_came_through_again_is_told(made, judge, at_ms, told):
    """From the beginning of the fault where they did before its end."""
    writes = [made.op(0, "set", "a", input="0"), made.op(at_ms, "set", "b", input="1")]
    found = judge(*writes, made.op(7, "get", "a", output="0"), made.op(8, "get", "b", output="1"))

    assert ("pass", True) == (found.word, told in found.because)
