from __future__ import annotations

from uuid import uuid4

import pytest

from crisper.celery.chords import Conductor
from crisper.celery.client import Client, Replies, connect, is_missing
from crisper.celery.groups import Groups
from crisper.celery.recorder import Recorder


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def client(recorder):
    """Return a client of Celery's in-memory backend, with a queue for itself."""
    queue = str(uuid4())
    connected = connect("cache+memory://", expires_ns=None, task_default_queue=queue, result_chord_join_timeout=0.1)
    return Client("client-1", "result", connected, recorder, None, Replies())


def test_a_group_is_told_as_its_tree(client, recorder):
    """What is saved and what is restored have one form, with nested members and parents."""
    groups = Groups.of(client)
    groups.save("told", ["a", ("inner", ["b"])], parent="p")
    groups.restore("told")
    saved, restored = recorder.ops()

    tree = [["told", [["p", None], None]], [[["a", None], None], [["inner", None], [[["b", None], None]]]]]
    assert [tree, tree] == [saved.input, restored.output]


def test_write_read_remove_speak_of_groups(client):
    """What can be watched as a key can be watched as a group."""
    groups = Groups.of(client)
    before = is_missing(groups.read("watched"))
    groups.write("watched", ["a"])
    between = is_missing(groups.read("watched"))
    groups.remove("watched")

    assert (True, False, True) == (before, between, is_missing(groups.read("watched")))


def test_who_has_more_to_say_is_the_same_client(client, recorder):
    """It has the name and the connection of the client that it was made of."""
    Groups.of(client).restore("unknown")

    assert "client-1" == recorder.ops()[0].client
    assert client.backend is Groups.of(client).backend


def test_a_chord_is_returned_by_hand(client):
    """Its body is sent, once all of its header has returned."""
    conductor, body = Conductor.of(client), str(uuid4())
    conductor.begin(body, [f"{body}-1", f"{body}-2"])
    conductor.finish(f"{body}-1", "one")
    before = conductor.bodies(body).output
    conductor.finish(f"{body}-2", "two")

    assert ([], [["one", "two"]]) == (before, conductor.bodies(body).output)
    assert conductor.unlock(body).output is None


def test_a_chord_can_be_polled_for_by_hand(tmp_path, recorder):
    """Where a backend does not count, the task that polls is done on demand, and says whether it would again."""
    connected = connect(f"file://{tmp_path}", expires_ns=None, task_default_queue=str(uuid4()))
    conductor = Conductor.of(Client("client-1", "result", connected, recorder, None, Replies()))
    conductor.begin("polled", ["polled-1"])
    before = conductor.unlock("polled").output
    conductor.fail("polled-1", ValueError("bad luck"))

    assert (True, False) == (before, conductor.unlock("polled").output)
    assert "FAILURE" == conductor.fetch("polled").output["status"]
