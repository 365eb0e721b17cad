from __future__ import annotations

import ast

import pytest

from crisper.history import Observation
from crisper.reproduction.record import UnsayableError


LIAR = "liars:KeepsTheFirst+lie://"
EXPECTED = '''\
"""X1: The last write wins.

Write twice, and read.
Seen with Celery 5.7.0, client lie 1.0, server liedb 3.1.
"""

import sys
import uuid

from celery import Celery

url = sys.argv[1] if len(sys.argv) > 1 else 'cache+memory://'
client_1 = Celery(backend=url, result_expires=3600).backend
client_2 = Celery(backend=url).backend
run = uuid.uuid4()
key = client_1.key_t(f'{run}-1')

client_1.set(key, b'0')
client_1.set(key, b'1')
seen = client_2.get(key)
if seen == b'0':
    sys.exit('reproduced: get answered 0')
print('not reproduced: get gave', repr(seen))
'''


def stale_read(made):
    hour = 3600 * made.SECOND
    return made.history(
        made.op(1, "set", input={"$bytes": "0"}, expires_ns=hour),
        made.op(2, "set", input={"$bytes": "1"}, expires_ns=hour),
        made.op(3, "set", key=f"{made.NAMESPACE}-2", input={"$bytes": "elsewhere"}, expires_ns=hour),
        made.op(4, client="client-2", output={"$bytes": "0"}),
        made.op(5, client="client-2", output={"$bytes": "0"}),
    )


def test_it_reads_like_an_issue(made):
    """The calls on the key of the evidence, up to the one that shows it, and nothing else."""
    assert EXPECTED == made.text(stale_read(made), 2, 4)


def test_it_shows_the_failure_where_it_is(made, ran):
    """On a backend that fails so, the script says it with the recorded reason, and exits with 1."""
    assert (1, "reproduced: get answered 0") == ran(made.text(stale_read(made), 2, 4), LIAR)


def test_it_shows_nothing_where_nothing_is(made, ran):
    """On a backend that keeps the promise the script says what it saw instead, and exits with 0."""
    assert (0, "not reproduced: get gave b'1'") == ran(made.text(stale_read(made), 2, 4))


def test_what_raised_is_compared_by_its_type(made, ran):
    """The first evidence that raised shows the failure; its message, full of keys, does not matter."""
    found = made.history(made.op(1, "delete", outcome="failed", error="KeyError", message="b'crisper-1'"))
    text = made.text(found, 1, because="delete raised KeyError")

    assert (1, "reproduced: delete raised KeyError") == ran(text, LIAR)
    assert (0, "not reproduced: delete gave 'no error'") == ran(text)


def test_what_raised_on_the_way_may_raise_again(made):
    """A call before the one that shows it, which raised, does not end the script."""
    found = made.history(made.op(1, "delete", outcome="failed", error="KeyError", message="x"), made.op(2, output=None))
    text = made.text(found, 2)

    assert "with suppress(Exception):  # KeyError\n    client_1.delete(key)" in text
    assert "from contextlib import suppress" in text


def test_a_task_is_stored_and_read(made, ran):
    """At the result layer, status and result are compared, an exception by what it says."""
    task = {"layer": "result"}
    found = made.history(
        made.op(
            1, "store_result", input={"result": {"$exception": "ValueError", "args": ["x"]}, "status": "RETRY"}, **task
        ),
        made.op(2, "store_result", input={"result": [1, {"a": None}], "status": "SUCCESS"}, **task),
        made.op(
            3,
            "get_task_meta",
            output={"status": "RETRY", "result": {"$exception": "ValueError", "args": ["x"]}},
            **task,
        ),
    )
    text = made.text(found, 2, 3)

    assert "if seen['status'] == 'RETRY' and repr(seen['result']) == \"ValueError('x')\":" in text
    assert 1 == ran(text, LIAR)[0]
    assert 0 == ran(text)[0]


def test_what_the_reason_names_is_compared_too(made):
    """A field of the state that the reason speaks of is part of the comparison."""
    meta = {"status": "SUCCESS", "result": 1, "traceback": None}
    found = made.history(made.op(1, "get_task_meta", output=meta, layer="result"))

    assert "seen['traceback'] is None" in made.text(found, 1, because="traceback is lost")
    assert "traceback" not in made.text(found, 1, because="x").partition("seen =")[2]


def test_large_values_are_made_anew(made, ran):
    """What is kept as a digest is made by its size, and is the same value wherever it was the same."""
    one, other = ({"$sha256": letter * 64, "$size": 4096, "$of": "bytes"} for letter in "ab")
    found = made.history(
        made.op(1, "set", input=one, expires_ns=None), made.op(2, "set", input=other), made.op(3, output=one)
    )
    text = made.text(found, 2, 3)

    assert "value_1 = random.Random(1).randbytes(4096)\nvalue_2 = random.Random(2).randbytes(4096)" in text
    assert "if seen == value_1:" in text
    assert 1 == ran(text, LIAR)[0]
    assert 0 == ran(text)[0]


def test_a_value_that_nobody_wrote_is_told_by_not_being_another(made):
    """A large answer that equals nothing written cannot be made anew: it is none of those."""
    one, garbled = ({"$sha256": letter * 64, "$size": 4096, "$of": "bytes"} for letter in "ab")
    text = made.text(made.history(made.op(1, "set", input=one), made.op(2, output=garbled)), 1, 2)

    assert "if seen not in (None, value_1,):" in text


def test_many_keys_are_a_list(made, ran):
    """More than a few keys are held in a list, and read in the order in which they were."""
    keys = [f"{made.NAMESPACE}-{number}" for number in range(1, 9)]
    sets = [made.op(seq, "set", key=key, input={"$bytes": key}) for seq, key in enumerate(keys, 1)]
    read = made.op(9, "mget", keys=keys, output=[None] * 8)
    text = made.text(made.history(*sets, read), 9)

    assert "keys = [client_1.key_t(f'{run}-{number}') for number in range(8)]" in text
    assert "client_1.set(keys[7], f'{run}-8'.encode())" in text
    assert "seen = list(client_1.mget(keys))" in text
    assert 0 == ran(text)[0]


@pytest.mark.parametrize("odd", ["a b?c#%", "{braces}", "'\"\\", "../up", "new\nline", "hé☃"])
def test_odd_keys_stay_odd(made, ran, odd):
    """Only the prefix of a key is replaced; whatever follows or precedes it stays, in a script that still runs."""
    text = made.text(made.history(made.op(1, key=f"{odd}/{made.NAMESPACE}-1{odd}", output=None)), 1)

    assert made.NAMESPACE not in text
    assert (1, "reproduced: get answered 0") == ran(text)


def test_configuration_is_kept(made):
    """A client's settings are its application's, no expiry included, which Celery takes in `changes` only."""
    seen = made.observed(client="client-1", conf={"result_serializer": "pickle", "accept_content": ["pickle"]})
    found = made.history(made.op(1, "set", input="x", expires_ns=None), made.op(2, output=None), observations=[seen])
    options = "result_serializer='pickle', accept_content=['pickle'], changes={'result_expires': None}"

    assert f"client_1 = Celery(backend=url, {options}).backend" in made.text(found, 2)


def test_no_expiry_is_no_expiry(made, ran):
    """What the script configures is what Celery uses."""
    found = made.history(made.op(1, "set", input="x", expires_ns=None), made.op(2, output=None))
    text = made.text(found, 2) + "print(client_1.expires)\n"

    assert "None" == ran(text)[1].splitlines()[-1]


def test_results_travel_to_whoever_sent_the_task(made):
    """Where results are sent to one client, its address goes with every store, and the broker is told."""
    seen = made.observed(client="client-2", conf={}, replies=True)
    given = {"result": 1, "status": "SUCCESS"}
    found = made.history(
        made.op(1, "store_result", input=given, layer="result"),
        made.op(2, "get_task_meta", client="client-2", output={"status": "PENDING", "result": None}, layer="result"),
        observations=[seen],
    )
    text = made.text(found, 1, 2, url="rpc://", broker="amqp://127.0.0.1:5672//")

    assert "broker = sys.argv[2] if len(sys.argv) > 2 else 'amqp://127.0.0.1:5672//'" in text
    assert "request=Context(id=task, correlation_id=task, children=[], reply_to=client_2.oid)" in text


def test_what_went_with_a_store_goes_with_it_again(made):
    """A traceback and the fields of the request are handed over as they were."""
    extra = {"traceback": "Traceback…", "group": "g-1"}
    given = {"result": 1, "status": "SUCCESS"}
    found = made.history(
        made.op(1, "store_result", input=given, extra=extra, layer="result"),
        made.op(2, "get_task_meta", output={"status": "SUCCESS", "result": 1}, layer="result"),
    )

    assert (
        "traceback='Traceback…', request=Context(id=task, correlation_id=task, children=[], group='g-1'))"
        in made.text(found, 2)
    )


@pytest.mark.parametrize("hostile", ['"""\nimport os', "\\", "'''", "{run}", "\x00", "\u202e"])
def test_whatever_was_said_stays_within_its_string(made, hostile):
    """A reason, a sentence or a value that looks like code is text in the script."""
    found = made.history(made.op(1, "set", input=hostile), made.op(2, output=hostile))
    text = made.text(found, 1, 2, because=hostile, client=hostile)

    assert "os" not in {
        name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for name in node.names
    }


def reads_back(made):
    return made.op(1, "set", input="x"), made.op(2, output="x")


def test_what_was_seen_behind_celery_has_no_script(made):
    """Without a call that shows it there is no script, and the reason says so."""
    with pytest.raises(UnsayableError, match="no call shows it: it was seen behind Celery's back"):
        made.text(made.history(*reads_back(made)))
    with pytest.raises(UnsayableError, match="set succeeded"):
        made.text(made.history(*reads_back(made)), 1)


def test_a_race_has_no_script(made):
    """Calls that overlapped, or that several processes made, are not played one after another instead."""
    write, _ = reads_back(made)
    race = made.history(write, made.op(2, client="client-2", output="x", at_ns=write.called_ns))
    with pytest.raises(UnsayableError, match="it is a race"):
        made.text(race, 2)
    with pytest.raises(UnsayableError, match="by 2 processes"):
        made.text(made.history(write, made.op(2, process=2, output="x")), 2)


def test_what_others_brought_about_has_no_script(made):
    """A thread that used the same client meanwhile, or a server that was frozen, is named."""
    write, read = reads_back(made)
    meanwhile = made.op(3, key="other", at_ns=read.called_ns)
    frozen = made.observed("fault", what="frozen", began_ns=write.returned_ns)
    with pytest.raises(UnsayableError, match="by the same client at the same time"):
        made.text(made.history(write, read, meanwhile), 2)
    with pytest.raises(UnsayableError, match="a server that is frozen meanwhile"):
        made.text(made.history(write, read, observations=[frozen]), 2)


def test_a_call_that_nobody_can_write_has_no_script(made):
    """An unknown call is named instead of left out."""
    with pytest.raises(UnsayableError, match="nobody has said yet how levitate is written"):
        made.text(made.history(made.op(1, "levitate", output="x")), 1)


def test_a_value_that_is_not_kept_has_no_script(made):
    """A value of which the Run holds a text only is named by its type."""
    value = {"$type": "Socket", "$repr": "<socket at 0x1>"}
    with pytest.raises(UnsayableError, match="a value of type Socket is not kept whole"):
        made.text(made.history(made.op(1, "set", input=value), made.op(2, output=None)), 2)


def test_what_was_said_through_a_door_has_no_script(made):
    """Nobody else's server speaks TLS where it did not."""
    behind = made.history(*reads_back(made), observations=[Observation(kind="door", at_ns=1, data={})])
    with pytest.raises(UnsayableError, match="through a door of ours"):
        made.text(behind, 2)


def test_a_key_keeps_its_type(made, ran):
    """Where a key was handed over as bytes, and as text, so it is again."""
    write = made.op(1, "set", input="x", extra={"keys": "encode"})
    text = made.text(made.history(write, made.op(2, output=None, extra={"keys": "str"})), 2, because="got nothing")

    assert "client_1.set(ensure_bytes(key), 'x')\nseen = client_1.get(bytes_to_str(key))" in text
    assert (1, "reproduced: got nothing") == ran(text)


def test_who_sends_tasks_says_so_first(made):
    """Where results are pushed to one client, its queue is there before anything is stored."""
    seen = made.observed(client="client-1", conf={}, replies=True)
    pending = {"status": "PENDING", "result": None}
    found = made.history(made.op(1, "get_task_meta", layer="result", output=pending), observations=[seen])

    assert "    client_1.on_task_call(producer, client_1.oid)" in made.text(found, 1, claims=["push"]).splitlines()
    assert "on_task_call" not in made.text(found, 1, claims=["push", "shared"])


def test_a_value_of_another_key_comes_with_its_write(made):
    """An answer that was written to another key would not be there without it."""
    write = made.op(1, "set", key=f"{made.NAMESPACE}-1//a", input="one")
    mine = made.op(2, "set", key=f"{made.NAMESPACE}-1/a", input="two")
    read = made.op(3, key=f"{made.NAMESPACE}-1/a", output="one")

    assert "client_1.set(key_1, 'one')\nclient_1.set(key_2, 'two')\n" in made.text(
        made.history(write, mine, read), 2, 3
    )
