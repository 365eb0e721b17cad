from __future__ import annotations

import pytest

from crisper.checks.waking import called_back, each_is_told, hooks_are_called, told_after_giving_up, woken_after
from crisper.history import History, Observation, Op, Play
from crisper.scenario import Judged


MS = 1_000_000
NOBODY = Judged(claims=frozenset(), facts={}, celery="5.7.0")


def op(call: str, called_ms: int, returned_ms: int, **more: object) -> Op:
    times = {"called_ns": called_ms * MS, "returned_ns": returned_ms * MS}
    given = {"seq": called_ms, "keys": ["1"], "outcome": "unknown" if "error" in more else "ok", **times, **more}
    return Op(process=1, client="client-1", layer="result", call=call, **given)


def store(at_ms: int, **more: object) -> Op:
    return op("store_result", at_ms, at_ms + 1, input={"result": "told", "status": "SUCCESS"}, **more)


def wait(called_ms: int, returned_ms: int, *hooks: str, output: object = "told", **more: object) -> Op:
    given = {"timeout_ns": 3000 * MS, "propagate": True, "hooks": list(hooks)}
    return op("get", called_ms, returned_ms, input=given, output=output, **more)


def seen(kind: str, at_ms: int = 0, **data: object) -> Observation:
    return Observation(kind=kind, at_ns=at_ms * MS, data={"task": "1", **data})


def found(check, *ops: Op, told: tuple[Observation, ...] = ()):
    play = Play(scenario="s", layer="result", contestant="c")
    return check(History(play=play, started_ns=0, ended_ns=0, ops=list(ops), observations=list(told)), NOBODY)


@pytest.mark.parametrize(
    ("returned_ms", "says"),
    [
        ((105, 403), "3 ms in the median, 4 ms at most, of 2 waits: they are told"),
        ((510, 512), "260 ms in the median, 409 ms at most, of 2 waits: they look now and then"),
    ],
)
def test_who_is_told_is_told_from_who_looks(returned_ms, says):
    """The times from the stores to the wakings are shown; who looks waits as long, whenever it was stored."""
    waits = [wait(0, each, keys=[str(each)]) for each in returned_ms]
    stores = [store(at_ms, keys=[str(each)]) for at_ms, each in zip((100, 400), returned_ms, strict=True)]
    finding = found(woken_after, *waits, *stores)

    assert ("pass", says) == (finding.word, finding.because)


def test_nobody_woken_says_nothing():
    """Of waits that came to nothing there is nothing to tell."""
    assert "unknown" == found(woken_after, wait(0, 3000, error="TimeoutError"), store(100)).word


@pytest.mark.parametrize(
    ("waited", "told", "word"),
    [
        (wait(0, 105, "on_interval"), [seen("on_interval")], "pass"),
        (wait(0, 105, "on_interval"), [], "fail"),
        (wait(0, 105, "on_interval"), [seen("on_interval", task="2")], "fail"),
        (wait(0, 1, "on_message", error="ImproperlyConfigured"), [], "pass"),
        (wait(0, 1, "on_interval", error="ImproperlyConfigured"), [], "fail"),
        (wait(0, 105, "on_message"), [seen("on_message", status="SUCCESS")], "pass"),
        (wait(0, 105, "on_message"), [seen("on_message", status="STARTED")], "fail"),
        (wait(0, 105, "on_message"), [], "fail"),
        (wait(0, 105), [], "unknown"),
    ],
)
def test_what_was_handed_over_is_called(waited, told, word):
    """Every hook of a wait is called for its task; on_message alone may be refused, and hears the final state."""
    assert word == found(hooks_are_called, waited, store(100), told=tuple(told)).word


def test_both_are_told():
    """A waiter that is left waiting is found; one that was refused its on_message is none."""
    both = [wait(0, 105), wait(1, 105), store(100)]

    assert "pass" == found(each_is_told, *both, wait(2, 3, "on_message", error="ImproperlyConfigured")).word
    assert "fail" == found(each_is_told, *both, wait(2, 3000, error="TimeoutError")).word


@pytest.mark.parametrize(("stored_ms", "word"), [(1900, "fail"), (2100, "unknown"), (3500, "unknown")])
def test_what_is_stored_too_late_decides_nothing(stored_ms, word):
    """Of a store that was held up until the wait was all but over nobody can be told, and nobody need be."""
    waited = wait(0, 3000, "on_interval", error="TimeoutError")

    assert word == found(each_is_told, waited, store(stored_ms)).word
    assert (
        "pass"
        == found(
            hooks_are_called, waited, wait(0, 105, "on_interval"), store(stored_ms), told=(seen("on_interval"),)
        ).word
    )


def test_a_store_that_was_held_up_leaves_it_to_the_others():
    """One that nobody could be told of decides nothing, as long as somebody is told of another."""
    held_up, told = wait(0, 3000, error="TimeoutError"), wait(4000, 4105, keys=["2"])

    assert "pass" == found(each_is_told, held_up, store(3500), told, store(4100, keys=["2"])).word


def test_what_was_given_up_before_is_no_failure():
    """Only the waits after the store are judged."""
    before = [wait(0, 100, error="TimeoutError"), store(200)]

    assert "pass" == found(told_after_giving_up, *before, wait(300, 301)).word
    assert "fail" == found(told_after_giving_up, *before, wait(300, 3300, error="TimeoutError")).word


@pytest.mark.parametrize(
    ("calls", "says"),
    [
        ((150,), "by itself, 49 ms after the store"),
        ((305,), "only once somebody waits for the result"),
        ((), "never, although get returned 'told'"),
    ],
)
def test_a_callback_is_told_by_when_it_came(calls, says):
    """By itself, by a wait, or never: each is shown, and none is a failure."""
    finding = found(called_back, store(100), wait(300, 310), told=tuple(seen("then", at_ms) for at_ms in calls))

    assert ("pass", says) == (finding.word, finding.because)


def test_one_wait_of_several_may_be_over_too_soon():
    """Somebody was late to begin it, and the result was there; another one calls, as long as all come to something."""
    soon, long = wait(0, 1, "on_interval", keys=["2"]), wait(2, 600, "on_interval")
    raised = wait(700, 900, "on_interval", keys=["3"], error="OSError")
    told = (seen("on_interval", 300),)

    assert "pass" == found(hooks_are_called, soon, long, told=told).word
    assert "fail" == found(hooks_are_called, soon, long, raised, told=told).word
