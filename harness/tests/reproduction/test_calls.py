from __future__ import annotations

import pytest

from crisper.celery.client import Client, Replies, connect
from crisper.celery.recorder import Recorder
from crisper.reproduction.calls import CALLS


@pytest.mark.parametrize("layer", ["kv", "result"])
def test_whatever_a_client_records_can_be_written(layer):
    """Every call that write, read, remove and mget make has its form in a script."""
    recorder = Recorder()
    client = Client("client-1", layer, connect("cache+memory://", expires_ns=None), recorder, None, Replies())
    client.write("key", "value")
    client.read("key")
    client.remove("key")
    client.mget(["key"])

    assert set() == {op.call for op in recorder.ops()} - set(CALLS)


def test_what_goes_with_a_store_is_recorded():
    """A traceback and the fields of the request are in the Op, for whoever plays it again."""
    recorder = Recorder()
    client = Client("client-1", "result", connect("cache+memory://", expires_ns=None), recorder, None, Replies())
    client.store("task", 1, "SUCCESS", traceback="Traceback", group="g-1")
    (op,) = recorder.ops()

    assert {"traceback": "Traceback", "group": "g-1"} == op.extra
