from __future__ import annotations

import pytest

from crisper.checks.waiting import as_stored, asking_uses_nothing_up, at_once, gives_up_in_time, waits_for_nothing
from crisper.history import History, Observation, Op, Play
from crisper.scenario import Judged


SECOND = 1_000_000_000
NOBODY = Judged(claims=frozenset(), facts={}, celery="5.7.0")
ERROR = {"$exception": "ValueError", "args": ["no luck"]}


def op(call: str, took_s: float = 0.0, **more: object) -> Op:
    given = {"seq": 1, "called_ns": 0, "returned_ns": int(took_s * SECOND), **more}
    return Op(process=1, client="client-1", layer="result", call=call, keys=["1"], **given)


def wait(took_s: float, *, timeout_s: float = 1, propagate: bool = True, **more: object) -> Op:
    given = {"timeout_ns": int(timeout_s * SECOND), "propagate": propagate}
    return op("get", took_s, input=given, outcome="failed" if "error" in more else "ok", **more)


def stored(result: object, status: str) -> Op:
    return op("store_result", input={"result": result, "status": status})


def word(check, *ops: Op, lag_s: float = 0.0) -> str:
    lag = Observation(kind="lag", at_ns=0, data={"max_ns": int(lag_s * SECOND)})
    play = Play(scenario="s", layer="result", contestant="c")
    return check(History(play=play, started_ns=0, ended_ns=0, ops=list(ops), observations=[lag]), NOBODY).word


@pytest.mark.parametrize(
    ("took_s", "lag_s", "expected"),
    [(1.0, 0, "pass"), (1.5, 0, "pass"), (0.99, 0, "fail"), (1.6, 0, "fail"), (1.6, 0.2, "unknown"), (9, 0.2, "fail")],
)
def test_a_wait_gives_up_in_time(took_s, lag_s, expected):
    """A wait ends between its timeout and half a second later; where the instrument lagged more, nobody knows."""
    assert expected == word(gives_up_in_time, wait(took_s, error="TimeoutError"), lag_s=lag_s)


@pytest.mark.parametrize("told", [{"output": None}, {"error": "KeyError"}])
def test_nothing_else_may_come_of_what_nobody_stored(told):
    """To return, or to raise anything but TimeoutError, is a failure."""
    assert "fail" == word(gives_up_in_time, wait(1.1, **told))


@pytest.mark.parametrize(("took_s", "lag_s", "expected"), [(0.4, 0, "pass"), (0.6, 0, "fail"), (0.6, 0.2, "unknown")])
def test_what_was_stored_before_is_told_at_once(took_s, lag_s, expected):
    """Half a second is no more at once."""
    assert expected == word(at_once, stored(42, "SUCCESS"), wait(took_s, output=42), lag_s=lag_s)


def test_of_several_waits_for_the_past_most_are_prompt():
    """Who is late is late each time; the machine is so now and then."""
    there, late, prompt = stored(42, "SUCCESS"), wait(0.9, output=42), wait(0.1, output=42)

    assert ["pass", "fail"] == [word(at_once, there, late, prompt, each) for each in (prompt, late)]


def test_another_value_at_once_is_no_answer():
    """Speed does not excuse a wrong value."""
    assert "fail" == word(at_once, stored(42, "SUCCESS"), wait(0.1, output=41))


@pytest.mark.parametrize("status", ["FAILURE", "REVOKED"])
@pytest.mark.parametrize(
    ("propagate", "told", "expected"),
    [
        (True, {"error": "ValueError", "message": "no luck"}, "pass"),
        (True, {"error": "ValueError", "message": "other"}, "fail"),
        (True, {"error": "Exception", "message": "no luck"}, "fail"),
        (True, {"output": ERROR}, "fail"),
        (False, {"output": ERROR}, "pass"),
        (False, {"output": None}, "fail"),
        (False, {"error": "ValueError", "message": "no luck"}, "fail"),
    ],
)
def test_an_error_is_raised_or_returned_as_asked(status, propagate, told, expected):
    """The error itself, with its message, is raised; with propagate=False it is returned."""
    assert expected == word(as_stored, stored(ERROR, status), wait(0.1, propagate=propagate, **told))


def test_what_could_not_be_stored_is_a_failure():
    """A store that raises breaks the promise before anybody waits."""
    refused = op("store_result", input={}, outcome="failed", error="KeyError")

    assert "fail" == word(as_stored, refused, wait(0.1, output=1))


def test_a_wait_for_nothing_takes_what_is_there():
    """With a timeout of 0 what is stored is returned, at once."""
    there = stored(42, "SUCCESS")

    assert "pass" == word(waits_for_nothing, there, wait(0.1, timeout_s=0, output=42))
    assert "fail" == word(waits_for_nothing, there, wait(0.1, timeout_s=0, error="TimeoutError"))
    assert "fail" == word(waits_for_nothing, there, wait(0.9, timeout_s=0, output=42))


def test_of_several_waits_for_nothing_most_are_prompt():
    """One may be kept by the machine; what each is told counts all the same."""
    there, late, prompt = stored(42, "SUCCESS"), wait(0.9, timeout_s=0, output=42), wait(0.1, timeout_s=0, output=42)

    assert "pass" == word(waits_for_nothing, there, late, prompt, prompt)
    assert "fail" == word(waits_for_nothing, there, late, prompt, late)
    assert "fail" == word(waits_for_nothing, there, prompt, wait(0.1, timeout_s=0, output=41))


def test_a_wait_for_nothing_does_not_wait():
    """With a timeout of 0 TimeoutError comes at once, not when the task is stored."""
    too_late = op("store_result", input={"result": "late", "status": "SUCCESS"}, seq=2)

    assert "pass" == word(waits_for_nothing, wait(0.1, timeout_s=0, error="TimeoutError"))
    assert "fail" == word(waits_for_nothing, wait(0.9, timeout_s=0, error="TimeoutError"))
    assert "fail" == word(waits_for_nothing, wait(1.5, timeout_s=0, output="late"), too_late)


PENDING, SUCCESS = {"status": "PENDING", "result": None}, {"status": "SUCCESS", "result": 42}


@pytest.mark.parametrize(
    ("states", "result", "expected"),
    [
        ([SUCCESS, SUCCESS], 42, "pass"),
        ([PENDING, SUCCESS], 42, "pass"),
        ([SUCCESS, PENDING], 42, "fail"),
        ([SUCCESS, SUCCESS], None, "fail"),
    ],
)
def test_asking_uses_nothing_up(states, result, expected):
    """The state is told each time, once it was, and the result after that."""
    asked = [op("get_task_meta", output=each) for each in states]

    assert expected == word(asking_uses_nothing_up, stored(42, "SUCCESS"), *asked, wait(0.1, output=result))


def test_most_of_the_waits_alike_decide():
    """A busy machine may keep one of three; and one of three may be prompt by chance."""
    late, later = (wait(took_s, error="TimeoutError", message="") for took_s in (1.7, 2.9))
    prompt = wait(1.1, error="TimeoutError", message="")

    assert "fail" == word(gives_up_in_time, late, prompt, later)
    assert "pass" == word(gives_up_in_time, prompt, late, prompt)
    assert "fail" == word(gives_up_in_time, prompt, wait(1.0, timeout_s=0.1, error="TimeoutError", message=""))


def test_where_the_machine_kept_most_a_prompt_one_decides():
    """Late within what the instrument lagged says nothing; in time says something."""
    kept, prompt = (wait(took_s, error="TimeoutError", message="") for took_s in (1.9, 1.1))

    assert "unknown" == word(gives_up_in_time, kept, kept, lag_s=2)
    assert "pass" == word(gives_up_in_time, kept, kept, prompt, lag_s=2)
    assert "fail" == word(gives_up_in_time, kept, kept, prompt, lag_s=0.1)


def test_one_that_is_early_is_early():
    """However prompt the others are."""
    early, prompt = (wait(took_s, error="TimeoutError", message="") for took_s in (0.4, 1.1))

    assert "fail" == word(gives_up_in_time, prompt, early)
