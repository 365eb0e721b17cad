from __future__ import annotations

from uuid import UUID

import pytest

from crisper.celery.chords import Conductor
from crisper.celery.client import Client, Replies, connect
from crisper.celery.groups import Groups
from crisper.celery.recorder import Recorder
from crisper.celery.upkeep import Upkeep
from crisper.reproduction.calls import AROUND, CALLS, UNSAYABLE, Wording, call
from crisper.reproduction.literals import Literals
from crisper.reproduction.record import UnsayableError


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


def test_upkeep_can_be_written():
    """What is asked of a backend besides storing and reading has its form in a script, where it does no harm."""
    recorder = Recorder()
    connected = connect("cache+memory://", expires_ns=None)
    upkeep = Upkeep.of(Client("client-1", "result", connected, recorder, None, Replies()))
    upkeep.incr("key")
    upkeep.expire("key", None)
    upkeep.reload("task")
    upkeep.exists("task")
    upkeep.store_by_uuid(UUID(int=1), 1)
    upkeep.fetch_by_uuid(UUID(int=1))

    assert set() == {op.call for op in recorder.ops()} - {*CALLS, *AROUND}


def test_groups_can_be_written():
    """Every call on groups has its form in a script."""
    recorder = Recorder()
    connected = connect("cache+memory://", expires_ns=None)
    groups = Groups.of(Client("client-1", "result", connected, recorder, None, Replies()))
    groups.write("group", ["member"])
    groups.read("group")
    groups.remove("group")
    groups.join(["unknown"], timeout_ns=0)

    assert set() == {op.call for op in recorder.ops()} - {*CALLS, *AROUND}


def test_what_goes_with_a_store_is_recorded():
    """A traceback and the fields of the request are in the Op, for whoever plays it again."""
    recorder = Recorder()
    client = Client("client-1", "result", connect("cache+memory://", expires_ns=None), recorder, None, Replies())
    client.store("task", 1, "SUCCESS", traceback="Traceback", group="g-1")
    (op,) = recorder.ops()

    assert {"traceback": "Traceback", "group": "g-1"} == op.extra


def test_what_is_played_by_hand_has_no_script():
    """A chord without workers cannot be written with Celery alone, and it is said why."""
    recorder = Recorder()
    connected = connect("cache+memory://", expires_ns=None, task_default_queue="by-hand")
    conductor = Conductor.of(Client("client-1", "result", connected, recorder, None, Replies()))
    conductor.begin("by-hand", ["by-hand-1", "by-hand-2"])
    conductor.unlock("by-hand")
    conductor.finish("by-hand-1", 1)
    conductor.fail("by-hand-2", ValueError())
    conductor.bodies("by-hand")
    Upkeep.of(conductor).cleanup()
    Upkeep.of(conductor).stored_size("by-hand")

    assert set(UNSAYABLE) == {op.call for op in recorder.ops()}
    with pytest.raises(UnsayableError, match="chord was played by hand"):
        call(recorder.ops()[0], Wording(literals=Literals("memory"), names={}, connection=str))
