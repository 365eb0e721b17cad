from __future__ import annotations

import pytest

from crisper.checks.links import right_over_slow_link


@pytest.fixture
def judge(made):
    """Judge a burst whose link was slow from 2 to 4 s, and was mended at 5 s."""

    def judged(*ops, lag_s=0.0):
        at = {"began_ns": 2 * made.SECOND, "ended_ns": 4 * made.SECOND, "recovered_ns": 5 * made.SECOND}
        seen = [made.seen("fault", what="slowed", **at), made.seen("lag", max_ns=int(lag_s * made.SECOND))]
        return right_over_slow_link(made.history(*ops, observations=seen), made.judged())

    return judged


@pytest.fixture
def call(made):
    """Return a call that was begun at a second, and how long it took."""
    numbers = iter(range(1, 99))

    def called(name, key, at_s, *, took_s=0.01, **changes):
        began_ns = int(at_s * made.SECOND)
        ended_ns = began_ns + int(took_s * made.SECOND)
        return made.op(next(numbers), name, key, called_ns=began_ns, returned_ns=ended_ns, **changes)

    return called


def burst(call, *others, meanwhile_s=0.5, after_s=0.01):
    """Write before, while and after, with other calls meanwhile; read everything."""
    writes = [call("set", "a", 1, input="1"), call("set", "b", 2.5, took_s=meanwhile_s, input="2")]
    last = call("set", "c", 6.5, took_s=after_s, input="3")
    reads = [call("get", key, 8, output=answer) for key, answer in (("a", "1"), ("b", "2"), ("c", "3"))]
    return [*writes, *others, last, *reads]


def test_right_answers_pass(judge, call):
    """However slow they were meanwhile; how slow is told."""
    found = judge(*burst(call, call("get", "a", 3, output="1")))

    assert "pass" == found.word
    assert found.because.endswith("10.0 ms before, 500.0 ms while the link was slowed, 10.0 ms after")


def test_one_that_was_under_way_counts(judge, call):
    """A read that began before the link was slow was read over it all the same."""
    assert "pass" == judge(*burst(call, call("get", "a", 1.9, took_s=2, output="1"))).word
    assert "fail" == judge(*burst(call, call("get", "a", 1.9, took_s=2, output="2"))).word


def test_one_that_raises_is_right_too(judge, call):
    """A call may give up by itself."""
    assert "pass" == judge(*burst(call, call("get", "a", 3, outcome="unknown", error="TimeoutError"))).word


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"output": None}, "get answered nothing while the link was slowed; stored was '1'"),
        ({"output": "2"}, "get answered '2' while the link was slowed; stored was '1'"),
        ({"outcome": "unknown", "error": "NoAnswerError"}, "get was given up after 0.0 s while the link was slowed"),
    ],
)
def test_wrong_answers_and_hangs_fail(judge, call, changes, because):
    """Whatever else was right."""
    found = judge(*burst(call, call("get", "a", 3, **changes)))

    assert ("fail", because) == (found.word, found.because)


def test_what_was_not_yet_acknowledged_may_be_missing(judge, call):
    """A read that began before the write was over decides nothing."""
    assert "pass" == judge(*burst(call, call("get", "b", 2.7, output=None))).word


def test_what_is_lost_fails(judge, call):
    """An acknowledged write is read again at the end."""
    *ops, last = burst(call)

    assert "fail" == judge(*ops, call("get", *last.keys, 9, output=None)).word


@pytest.mark.parametrize(("lag_s", "word"), [(0, "fail"), (1, "unknown")])
def test_what_stays_slow_fails(judge, call, lag_s, word):
    """Unless the instrument itself may be why."""
    assert word == judge(*burst(call, after_s=0.2), lag_s=lag_s).word


def test_a_link_that_was_not_slow_decides_nothing(judge, call):
    """What was to be a fault was none."""
    found = judge(*burst(call, call("get", "a", 3, output="1"), meanwhile_s=0.01))

    assert ("unknown", True) == (found.word, found.because.startswith("the link was not slow"))


def test_too_little_decides_nothing(judge, call):
    """Where nothing was stored after the link was mended, nobody knows."""
    writes = [call("set", "a", 1, input="1"), call("set", "b", 2.5, input="2")]
    reads = [call("get", "a", 8, output="1"), call("get", "b", 8, output="2")]

    assert "unknown" == judge(*writes, *reads).word


def test_a_link_that_cannot_be_slowed_has_no_meaning(made):
    """The reason is told."""
    history = made.history(observations=[made.seen("impossible", because="no tc")])
    found = right_over_slow_link(history, made.judged())

    assert ("inapplicable", "no slow link can be had: no tc") == (found.word, found.because)
