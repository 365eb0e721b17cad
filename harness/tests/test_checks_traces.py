from __future__ import annotations

import pytest

from crisper.checks.traces import nothing_is_left
from crisper.history import Observation


def looked(made, seconds, **held):
    return Observation(kind="count", at_ns=seconds * made.SECOND, data={"moment": "then", **held})


def found(made, *counts, **more):
    write = made.op(1, "set", called_ns=0, returned_ns=made.SECOND, expires_ns=4 * made.SECOND, **more)
    return nothing_is_left(made.history(write, observations=counts), made.judged("autoexpire"))


def test_what_is_gone_is_told_with_its_time(made):
    """It is counted from the end of the last life."""
    finding = found(made, looked(made, 0, entries=0), looked(made, 1, entries=6), looked(made, 12, entries=0))

    assert ("pass", "nothing is left 7.0 s after the end of the last life") == (finding.word, finding.because)


@pytest.mark.parametrize("kind", ["entries", "sessions", "channels"])
def test_what_is_left_is_found(made, kind):
    """Whatever it is that the server holds."""
    counts = [looked(made, second, **{kind: number}) for second, number in ((0, 2), (1, 8), (65, 5))]
    finding = found(made, *counts)

    assert "fail" == finding.word
    assert finding.because == f"60.0 s after the end of the last life something is left on the server: {kind} 2 → 5"


def test_what_nobody_counts_is_not_judged(made):
    """A server of which nobody knows what it holds has nothing to answer for."""
    assert "pass" == found(made).word


def test_what_was_never_there_says_nothing(made):
    """Where the count never grew, it is not the one that tells what is left."""
    assert "unknown" == found(made, looked(made, 0, entries=0), looked(made, 1, entries=0)).word


def test_what_could_not_be_written_is_a_failure(made):
    """A write that raises leaves nothing because it was nothing."""
    assert "fail" == found(made, looked(made, 0, entries=0), outcome="failed", error="KeyError").word
