from __future__ import annotations

import pytest

from crisper.celery.client import Client, Replies, connect, is_missing
from crisper.celery.recorder import Recorder


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def client(recorder, request):
    """Return a function that makes a client of Celery's in-memory backend."""
    connected = connect("cache+memory://", expires_ns=None)
    return lambda layer: Client(f"{request.node.name}", layer, connected, recorder, None, Replies())


@pytest.mark.parametrize(("expires_ns", "expires"), [(2_000_000_000, 2), (None, None), (86_401_000_000_000, 86_401)])
def test_an_expiry_becomes_result_expires(expires_ns, expires):
    """Celery gets whole seconds as int, and None where nothing expires."""
    found = connect("cache+memory://", expires_ns=expires_ns).expires

    assert (expires, type(expires)) == (found, type(found))


def test_each_connection_is_another_application():
    """Two clients share no backend object."""
    one, other = (connect("cache+memory://", expires_ns=None) for _ in range(2))

    assert one is not other
    assert one.app is not other.app


@pytest.mark.parametrize("layer", ["kv", "result"])
def test_write_read_remove_speak_for_either_layer(client, layer):
    """What was written is read, and what was removed is missing, at the layer that is played."""
    one = client(layer)
    before = is_missing(one.read("written"))
    one.write("written", b"value")
    between = is_missing(one.read("written"))
    one.remove("written")

    assert (True, False, True) == (before, between, is_missing(one.read("written")))


def test_an_op_names_the_key_as_the_script_does(client, recorder):
    """However a backend wants its keys, a History shows them as text."""
    client("kv").set("named", b"value")

    assert [["named"]] == [op.keys for op in recorder.ops()]


def test_a_store_remembers_state_and_result(client, recorder):
    """A stored state can be compared with what is read."""
    one = client("result")
    one.store("stored", 42, "SUCCESS")
    one.fetch("stored")
    store, fetch = recorder.ops()

    assert ({"result": 42, "status": "SUCCESS"}, 42) == (store.input, fetch.output["result"])


class Answers:
    """A backend whose mget answers in one of the ways that Celery allows."""

    key_t = staticmethod(str.encode)

    def __init__(self, answer):
        self.mget = answer


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        (lambda keys: (None for _ in keys), [None, None]),
        (lambda keys: [b"1" for _ in keys], [{"$bytes": "1"}, {"$bytes": "1"}]),
        (lambda keys: dict.fromkeys(keys, 1), {"a": 1, "b": 1}),
    ],
)
def test_a_lazy_answer_is_used_up(recorder, answer, output):
    """An answer for many keys counts when it has been given: generator, list, or mapping by key of either type."""
    Client("c", "kv", Answers(answer), recorder, None, Replies()).mget(["a", "b"])

    assert [output] == [op.output for op in recorder.ops()]


def test_a_read_that_raised_is_not_missing(recorder):
    """Who raises has not said that nothing is there."""

    class Raising:
        key_t = staticmethod(str)

        def get(self, key):
            raise KeyError(key)

    assert not is_missing(Client("c", "kv", Raising(), recorder, None, Replies()).get("k"))
