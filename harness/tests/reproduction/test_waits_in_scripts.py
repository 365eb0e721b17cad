from __future__ import annotations

import pytest


SECOND = 1_000_000_000


def wait(made, took_s, timeout_s, *, propagate=True, **more):
    given = {"timeout_ns": int(timeout_s * SECOND), "propagate": propagate}
    return made.op(2, "get", layer="result", input=given, took_ns=int(took_s * SECOND), **more)


def gave_up(made, took_s, timeout_s):
    return made.history(wait(made, took_s, timeout_s, error="TimeoutError", outcome="unknown"))


def test_a_wait_that_ends_late_is_timed(made, ran):
    """The script waits as the caller did, and shows the failure only where it takes too long again."""
    text = made.text(gave_up(made, 1.1, 0.1), 2, because="only after 1.1 s", margin_ns=SECOND // 2)

    assert "client_1.app.AsyncResult(task).get(timeout=0.1)" in text
    assert "if seen == 'TimeoutError' and took > 0.85:" in text
    assert 0 == ran(text)[0]


def test_a_wait_that_ends_early_is_timed(made, ran):
    """What gave up before its time does so again, or not."""
    text = made.text(gave_up(made, 0.2, 0.6), 2, because="early", margin_ns=2 * SECOND // 5)

    assert "and took < 0.40:" in text
    assert 0 == ran(text)[0]


def test_a_wait_that_did_not_end_by_itself_is_alarmed(made, ran):
    """Nobody stores what it waits for, so that an alarm shows the failure."""
    found = made.history(wait(made, 1.5, 0, output="too late"))
    text = made.text(found, 2, because="it waited", margin_ns=3 * SECOND // 2)

    assert "signal.alarm(2)" in text
    assert (0, "not reproduced: get came to an end") == ran(text)


def test_a_wait_that_is_told_wrongly_is_compared(made, ran):
    """What it returned is what shows the failure; no time is taken."""
    stored = made.op(1, "store_result", input={"result": 1, "status": "SUCCESS"}, layer="result")
    found = made.history(stored, wait(made, 0.1, 5, propagate=False, output=2))
    text = made.text(found, 1, 2, because="get returned 2")

    assert "took" not in text
    assert (0, "not reproduced: get gave 1") == ran(text)


def test_many_are_asked_for_at_once(made, ran):
    """What is told of each is compared, whatever order it came in."""
    stored = made.op(1, "store_result", input={"result": 1, "status": "SUCCESS"}, layer="result")
    twice = [[stored.keys[0], "SUCCESS", 1]] * 2
    asked = made.op(2, "get_many", layer="result", input={"timeout": 5}, output=twice)
    text = made.text(made.history(stored, asked), 1, 2, because="get_many told it twice")

    assert "in client_1.get_many([task], timeout=5)" in text
    assert 0 == ran(text)[0]


def test_a_callback_is_left(made, ran):
    """A script leaves one that does nothing."""
    left = made.op(1, "then", layer="result")
    refused = made.op(2, "forget", layer="result", error="NotImplementedError", outcome="failed")
    text = made.text(made.history(left, refused), 2, because="forget raised NotImplementedError")

    assert "client_1.app.AsyncResult(task).then(lambda _: None)" in text
    assert 0 == ran(text)[0]


@pytest.mark.parametrize("way", ["get", "join", "iter_native"])
def test_a_wait_for_nothing_is_written(made, ran, way):
    """A set of no results needs no key."""
    found = made.history(
        made.op(1, f"ResultSet.{way}", keys=[], layer="result", error="RuntimeError", outcome="failed")
    )
    text = made.text(found, 1, because="RuntimeError")

    assert f"list(ResultSet([], app=client_1.app).{way}(timeout=1))" in text
    assert (0, f"not reproduced: ResultSet.{way} gave 'no error'") == ran(text)
