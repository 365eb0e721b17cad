from __future__ import annotations

import pytest
from msgspec.structs import replace

from crisper.checks.faults import SECOND, raises_within, retried_until_back, retries_end, survives, works_again
from crisper.history import History, Observation, Op, Play
from crisper.scenario import Judged


NOBODY = Judged(claims=frozenset(), facts={}, celery="5.7.0")

#: Every history here has a server that is broken from 10 s to 20 s and answers again at 21 s.
BEGAN, ENDED, RECOVERED = 10, 20, 21

WITHIN_5_S = raises_within(5 * SECOND)


def op(call: str, at: float, *, took: float = 0.0, key: str = "k", **more) -> Op:
    """Return a call that began so many seconds after the script, and took so many."""
    called_ns = int(at * SECOND)
    about = {"seq": called_ns, "process": 1, "client": "client-1", "layer": "kv", "call": call, "keys": [key]}
    return Op(**about, called_ns=called_ns, returned_ns=called_ns + int(took * SECOND), **more)


def write(at: float, value: str = "v", **more) -> Op:
    return op("set", at, input=value, **more)


def read(at: float, value: str | None = "v", **more) -> Op:
    return op("get", at, output=value, **more)


def refused(call: str, at: float, **more) -> Op:
    return op(call, at, outcome="unknown", error="ConnectionError", message="refused", **more)


def hung(call: str, at: float, **more) -> Op:
    return op(call, at, outcome="unknown", error="NoAnswerError", message="no answer within 6 s", **more)


def history(*ops: Op, lag_ms: int = 0, broken: bool = True, **settings: object) -> History:
    moments = {"began_ns": BEGAN * SECOND, "ended_ns": ENDED * SECOND, "recovered_ns": RECOVERED * SECOND}
    faults = [Observation(kind="fault", at_ns=0, data={"what": "down", **moments})] if broken else []
    lag = Observation(kind="lag", at_ns=0, data={"max_ns": lag_ms * 1_000_000})
    told = Observation(kind="settings", at_ns=0, data=settings)
    play = Play(scenario="s", layer="kv", contestant="c")
    return History(play=play, started_ns=0, ended_ns=60 * SECOND, ops=list(ops), observations=[*faults, lag, told])


def found(check, *ops: Op, **more) -> tuple[str, str]:
    finding = check(history(*ops, **more), NOBODY)
    return finding.word, finding.because


def test_raising_soon_keeps_the_promise():
    """A call that raises at once on a server that is down is what was promised."""
    assert ("pass", "get raised ConnectionError after 0.5 s") == found(WITHIN_5_S, refused("get", 11, took=0.5))


def test_a_call_that_never_returns_is_broken():
    """A call that had to be given up is a failure, not an unknown."""
    finding = WITHIN_5_S(history(hung("set", 11, took=6), refused("get", 12)), NOBODY)

    assert ("fail", "set was given up after 6 s, more than 5 s") == (finding.word, finding.because)
    assert ([11 * SECOND], SECOND) == (finding.evidence, finding.margin_ns)


def test_giving_up_too_soon_decides_nothing():
    """A call that was given up within the bound could still have raised in time."""
    assert "unknown" == found(WITHIN_5_S, hung("set", 11, took=4))[0]


def test_the_reason_does_not_depend_on_who_was_first():
    """Calls that were made at the same time are told in the same order, whichever began first."""
    one = found(WITHIN_5_S, hung("set", 11, took=6), hung("get", 12, took=6))
    other = found(WITHIN_5_S, hung("get", 11, took=6), hung("set", 12, took=6))

    assert one == other


def test_raising_late_is_broken():
    """A call that raises after the bound is a failure, by the margin."""
    assert ("fail", "get raised ConnectionError after 9 s, more than 5 s") == found(
        WITHIN_5_S, refused("get", 11, took=9)
    )


def test_our_own_lag_decides_nothing():
    """Where the instrument lagged by more than what is over the bound, nothing is decided."""
    assert "unknown" == found(WITHIN_5_S, refused("get", 11, took=5.5), lag_ms=600)[0]
    assert "fail" == found(WITHIN_5_S, refused("get", 11, took=5.5), lag_ms=400)[0]


@pytest.mark.parametrize("call", [write(11), read(11), read(11, None)])
def test_answering_without_a_server_is_broken(call):
    """A server that is down has stored nothing and says nothing, not even that nothing is there."""
    assert "fail" == found(WITHIN_5_S, call)[0]


def test_only_calls_while_it_was_broken_count():
    """What is called before the fault or after it says nothing of the promise."""
    assert "unknown" == found(WITHIN_5_S, write(1), write(22))[0]
    assert "unknown" == found(WITHIN_5_S, write(11), broken=False)[0]


def test_settings_are_told():
    """Where a promise was only kept by settings, the reason names them."""
    assert found(WITHIN_5_S, refused("get", 11), timeout=2)[1].endswith("(with timeout)")


def test_what_came_through_was_retried():
    """A call that was made while the server was down, and succeeded soon after, was retried."""
    assert ("pass", "set came through 0.5 s after the server was back") == found(
        retried_until_back, write(11, took=10.5)
    )


def test_what_raised_was_not_retried():
    """A call that raised although it was told to retry is a failure."""
    assert "fail" == found(retried_until_back, refused("set", 11))[0]


def test_success_before_the_server_is_back_is_a_lie():
    """Nothing can have been stored while the server was down."""
    assert "fail" == found(retried_until_back, write(11, took=1))[0]


def test_retrying_for_ever_is_broken():
    """A call that is still under way ten seconds after the server is back has failed."""
    assert "fail" == found(retried_until_back, hung("set", 11, took=25))[0]


def test_retrying_needs_time():
    """A call that was given up soon after the server was back decides nothing, nor does one while we lagged."""
    assert "unknown" == found(retried_until_back, hung("set", 11, took=12))[0]
    assert "unknown" == found(retried_until_back, hung("set", 11, took=20.5), lag_ms=1000)[0]


def test_working_again_is_kept():
    """Calls that succeed after the fault keep the promise, whatever raised during it."""
    calls = [refused("set", 11), write(22), read(23)]

    assert "pass" == found(works_again, *calls)[0]


@pytest.mark.parametrize("call", [refused("get", 22), hung("get", 22, took=6)])
def test_the_next_call_must_work(call):
    """The first call after the fault already counts."""
    word, because = found(works_again, call, read(30, None, key="other"))

    assert "fail" == word
    assert because.endswith("as call 1 after the server was down")


def test_an_answer_to_another_question_is_broken():
    """After the fault a read that tells what another key holds, or an older value, is a failure."""
    assert "fail" == found(works_again, write(1, "a"), read(22, "b"))[0]
    assert "fail" == found(works_again, write(1, "a"), write(22, "b"), read(23, "a"))[0]
    assert "fail" == found(works_again, write(22, "b"), read(23, None))[0]


def test_a_loss_is_another_promise():
    """What a server without persistence lost says nothing of whether the object works."""
    assert "pass" == found(works_again, write(1, "a"), read(22, None))[0]


def test_nothing_called_decides_nothing():
    """Without a call after the fault, or without a fault, nothing can be said."""
    assert "unknown" == found(works_again, write(1))[0]
    assert "unknown" == found(works_again, write(1), broken=False)[0]


def test_what_was_acknowledged_survives():
    """What is read after the fault as it was written before it has survived."""
    assert "pass" == found(survives, write(1), read(22))[0]


@pytest.mark.parametrize("value", [None, "older"])
def test_a_loss_is_found(value):
    """What was acknowledged before the fault, and is gone or another after it, is a failure."""
    assert "fail" == found(survives, write(0.5, "older"), write(1), read(22, value))[0]


def test_only_the_acknowledged_must_survive():
    """A write that raised before the fault, or was under way at it, promises nothing."""
    assert "unknown" == found(survives, refused("set", 1), read(22, None))[0]
    assert "unknown" == found(survives, write(9, took=3), read(22, None))[0]


def stored(outcome: str, error: str | None, *, client: str = "client-1", **more) -> str:
    """Return what is said of a store while the server was down, by a client that was to try again once."""
    told = Observation(kind="client", at_ns=0, data={"client": client, "conf": {"result_backend_max_retries": 1}})
    made = history(op("store_result", 11, outcome=outcome, error=error, took=0.1, **more))
    return retries_end(replace(made, observations=[*made.observations, told]), NOBODY).word


def test_retries_end_with_an_error_of_their_own():
    """Not with the one of the last try, nor with an answer, nor never."""
    assert "pass" == stored("unknown", "BackendStoreError")
    assert ["fail"] * 3 == [
        stored("unknown", "ConnectionError"),
        stored("ok", None),
        stored("unknown", "NoAnswerError"),
    ]


def test_who_was_not_told_to_try_again_need_not():
    """At the kv layer Celery itself never does."""
    assert "inapplicable" == retries_end(history(write(11)), NOBODY).word
    assert "unknown" == stored("unknown", "ConnectionError", client="client-2")
