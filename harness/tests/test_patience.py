from __future__ import annotations

import threading

from crisper.celery.recorder import Recorder


def called(function, **more):
    recorder = Recorder()
    call = recorder.call(function, client="c", layer="kv", name="get", keys=("k",), **more)
    (op,) = recorder.ops()
    return call, op


def test_a_call_that_hangs_is_given_up():
    """A call that does not return in time is an Op that may or may not have happened, as long as it was waited for."""
    never = threading.Event()
    _, op = called(never.wait, patience_ns=50_000_000)
    never.set()

    assert ("unknown", "NoAnswerError", "no answer within 0.05 s") == (op.outcome, op.error, op.message)
    assert op.returned_ns - op.called_ns >= 50_000_000


def test_a_patient_call_is_a_call_like_any_other():
    """What a call returns or raises is the same, whether it was waited for or not."""
    assert 42 == called(lambda: 42, patience_ns=10**10)[0].output
    assert "ZeroDivisionError" == called(lambda: 1 / 0, patience_ns=10**10)[1].error
    assert "failed" == called(lambda: 1 / 0, patience_ns=10**10)[1].outcome
