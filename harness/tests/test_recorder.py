from __future__ import annotations

import threading

import pytest

from crisper.celery.recorder import Recorder


class ReadTimeout(Exception):  # noqa: N818 - drivers call theirs so
    """A driver's own time-out, related to no built-in one."""


def raising(error):
    def call():
        raise error

    return call


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def call(recorder):
    """Return a function that makes one recorded call."""

    def make(function=lambda: None, **more):
        return recorder.call(function, **{"client": "c", "layer": "kv", "name": "get", "keys": ("k",)} | more)

    return make


def test_every_op_carries_its_phase(recorder, call):
    """A call belongs to the phase in which it was made, whatever came later."""
    recorder.phase = "warm-up"
    call()
    recorder.phase = "steady"
    call()

    assert ["warm-up", "steady"] == [op.phase for op in recorder.ops()]


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), ReadTimeout()])
def test_a_timeout_may_have_happened(recorder, call, error):
    """After a time-out or a lost connection nobody knows: the outcome is unknown."""
    call(raising(error))

    assert ["unknown"] == [op.outcome for op in recorder.ops()]


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit("bye")])
def test_what_is_raised_is_noted(recorder, call, error):
    """Whatever a backend raises, SystemExit too, is an Op that failed, and does not reach the script."""
    call(raising(error))
    (op,) = recorder.ops()

    assert ("failed", type(error).__name__, str(error)) == (op.outcome, op.error, op.message)


def test_whoever_interrupts_is_heard(call):
    """Ctrl-C is the user's, not the backend's."""
    with pytest.raises(KeyboardInterrupt):
        call(raising(KeyboardInterrupt()))


def test_an_error_without_a_message_says_so(recorder, call):
    """A bare error is told as one."""
    call(raising(AssertionError()))
    (op,) = recorder.ops()

    assert "AssertionError (no message)" == op.failure


def test_input_output_and_expiry_are_kept(recorder, call):
    """An Op holds what went in, what came out, and how long it was to live."""
    call(lambda: b"out", given=b"in", expires_ns=7)
    (op,) = recorder.ops()

    assert ({"$bytes": "in"}, {"$bytes": "out"}, 7) == (op.input, op.output, op.expires_ns)
    assert 0 < op.called_ns <= op.returned_ns


def test_what_is_not_kept_can_be_retained(recorder, call):
    """A call made with keep=False is an Op only when it is retained, and in the order in which it was made."""
    first, second = call(keep=False), call(keep=False)
    call()
    recorder.retain(first)

    assert ([1, 3], 3, 2) == ([op.seq for op in recorder.ops()], recorder.count, second.seq)


def test_threads_share_a_recorder(recorder, call):
    """No call is lost, and no number given twice, however many threads call."""
    threads = [threading.Thread(target=lambda: [call() for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(range(1, 801)) == [op.seq for op in recorder.ops()]
