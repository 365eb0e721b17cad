from __future__ import annotations

from types import SimpleNamespace

import pytest

from crisper.celery.caller import Caller, Sent
from crisper.celery.client import Replies, connect
from crisper.celery.recorder import Recorder


SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("took_s", "waited_s"), [(0.01, 1.5), (0.5, 6), (3, 8)], ids=["quick", "slow", "as good as standing still"]
)
def test_whoever_sends_slowly_waits_longer(took_s, waited_s):
    """A wait that begins late lasts as long as it takes to send a dozen tasks, within limits."""
    backend = connect("cache+memory://", expires_ns=None)
    caller = Caller("solo", "task", backend, Recorder(), None, Replies())
    caller.done_at_ns = lambda _: 0
    waits = []
    result = SimpleNamespace(get=lambda *, timeout, **_: waits.append(timeout))
    caller.answer(Sent(ids=["1"], result=result, sent_ns=0, took_ns=int(took_s * SECOND), patience_ns=0))

    assert [waited_s] == waits
