from __future__ import annotations

import pytest

from crisper.checks.tasks import answers_arrive, started_is_seen
from crisper.history import History, Observation, Op, Play
from crisper.scenario import Judged


SECOND = 1_000_000_000
NOBODY = Judged(claims=frozenset(), facts={}, celery="5.7.0")


class Playing:
    """A History made by hand: what was sent, what the worker did, what the caller was told."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.observations: list[Observation] = []

    def sent(self, task: str, *args: object, key: str = "1", took_s: float = 0) -> Playing:
        return self.op("apply_async", 0, took_s, [key], input={"task": task, "args": list(args)})

    def sent_group(self, *values: object) -> Playing:
        keys = [str(number) for number in range(len(values))]
        return self.op("apply_async", 0, 0, keys, input={"task": "echo", "group": list(values)})

    def done(self, state: str, at_s: float, key: str = "1") -> Playing:
        self.observations.append(Observation(kind="done", at_ns=int(at_s * SECOND), data={"task": key, "state": state}))
        return self

    def lagged(self, lag_s: float) -> Playing:
        self.observations.append(Observation(kind="lag", at_ns=0, data={"max_ns": int(lag_s * SECOND)}))
        return self

    def told(self, output: object = None, at_s: float = 0.2, keys: tuple[str, ...] = ("1",), **error: str) -> Playing:
        return self.op("get", 0.1, at_s, list(keys), output=output, outcome="failed" if error else "ok", **error)

    def gave_up(self, at_s: float) -> Playing:
        return self.told(at_s=at_s, error="TimeoutError", message="The operation timed out.")

    def state(self, output: str, from_s: float, to_s: float) -> Playing:
        return self.op("state", from_s, to_s, ["1"], output=output)

    def op(self, call: str, from_s: float, to_s: float, keys: list[str], **more: object) -> Playing:
        times = {"called_ns": int(from_s * SECOND), "returned_ns": int(to_s * SECOND)}
        op = Op(seq=len(self.ops), process=1, client="solo", layer="task", call=call, keys=keys, **times, **more)
        self.ops.append(op)
        return self

    def judged(self, check):
        play = Play(scenario="s", layer="task", contestant="c")
        history = History(play=play, started_ns=0, ended_ns=0, ops=self.ops, observations=self.observations)
        return check(history, NOBODY)


def test_what_was_returned_is_told():
    """The last argument of a task is what its caller is told."""
    assert "pass" == Playing().sent("tracked", 5, "x").told("x").judged(answers_arrive).word


def test_another_value_is_a_lie():
    """A value that the worker never returned is found, with both in the reason."""
    finding = Playing().sent("echo", "x").told("y").judged(answers_arrive)

    assert ("fail", "solo: echo was to come to 'x'; get returned 'y'") == (finding.word, finding.because)


def test_an_error_is_told():
    """A task that was sent to fail raises its own error at the caller's."""
    playing = Playing().sent("fail", "no luck").told(error="ValueError", message="no luck")

    assert "pass" == playing.judged(answers_arrive).word


@pytest.mark.parametrize("told", [{"output": None}, {"error": "KeyError", "message": "no luck"}])
def test_an_error_that_is_swallowed_or_changed_is_found(told):
    """No error, or one of another type, is a failure."""
    assert "fail" == Playing().sent("fail", "no luck").told(**told).judged(answers_arrive).word


def test_a_result_that_never_arrives_is_found():
    """The worker has stored SUCCESS, and its caller times out long after: the backend lost it."""
    finding = Playing().sent("echo", "x").done("SUCCESS", 0.3).gave_up(5).judged(answers_arrive)

    assert "fail" == finding.word
    assert "solo: echo was SUCCESS after 0.30 s; get raised TimeoutError all the same" == finding.because


@pytest.mark.parametrize(
    "playing",
    [
        Playing().sent("echo", "x").gave_up(5),
        Playing().sent("retried", 1, "x").done("RETRY", 0.3).gave_up(5),
        Playing().sent("echo", "x").done("SUCCESS", 4.5).gave_up(5),
        Playing().sent("echo", "x").done("SUCCESS", 3).lagged(1.5).gave_up(5),
        Playing().sent("echo", "x", took_s=0.5).done("SUCCESS", 0.3).gave_up(5),
    ],
    ids=["no word of the worker", "still retrying", "done just before", "the instrument lagged", "slow to send"],
)
def test_a_slow_worker_is_no_fault_of_the_backend(playing):
    """Unless the worker was done in good time, nothing can be said."""
    assert "unknown" == playing.judged(answers_arrive).word


def test_retries_that_run_out_end_in_their_error():
    """A task that stumbles more often than it may be retried raises what it stumbled over."""
    raised = Playing().sent("retried", 9, "x").told(error="HiccupError", message="9")
    returned = Playing().sent("autoretried", 9, "x").told("x")

    assert ("pass", "fail") == (raised.judged(answers_arrive).word, returned.judged(answers_arrive).word)


def test_a_group_is_told_in_its_order():
    """The values of a group in another order are a failure."""
    keys = ("0", "1")
    kept = Playing().sent_group("a", "b").told(["a", "b"], keys=keys)
    mixed = Playing().sent_group("a", "b").told(["b", "a"], keys=keys)

    assert ("pass", "fail") == (kept.judged(answers_arrive).word, mixed.judged(answers_arrive).word)


def test_a_group_with_one_unfinished_member_is_undecided():
    """A group is done when all of it is."""
    playing = Playing().sent_group("a", "b").done("SUCCESS", 0.3, "0")
    playing.op("get", 0.1, 5, ["0", "1"], outcome="unknown", error="TimeoutError")

    assert "unknown" == playing.judged(answers_arrive).word


def test_started_is_seen():
    """A look that finds STARTED is enough."""
    playing = Playing().sent("tracked", SECOND, "x").state("STARTED", 0.5, 0.6).state("SUCCESS", 1.4, 1.5)

    assert "pass" == playing.judged(started_is_seen).word


def test_started_that_was_never_told_is_found():
    """PENDING and SUCCESS lie closer together than the task took: it was never STARTED to its caller."""
    playing = Playing().sent("tracked", SECOND, "x").state("PENDING", 0.9, 0.95).state("SUCCESS", 1, 1.1)

    assert "fail" == playing.judged(started_is_seen).word


def test_started_that_nobody_looked_for_is_undecided():
    """Nobody asked for the state for as long as the task took."""
    playing = Playing().sent("tracked", SECOND, "x").state("PENDING", 0, 0.1).state("SUCCESS", 2, 2.1)

    assert "unknown" == playing.judged(started_is_seen).word
