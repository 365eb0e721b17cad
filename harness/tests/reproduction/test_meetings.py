from __future__ import annotations

import pytest

from crisper.reproduction.record import UnsayableError


MS = 1_000_000


@pytest.fixture
def met(made):
    """Return a History that was searched for: one client writes, another deletes meanwhile, and reads afterwards."""

    def build(*more, output=None, **changes):
        write = made.op(1, "set", input="one", at_ns=10 * MS, took_ns=10 * MS)
        delete = made.op(2, "delete", client="client-2", at_ns=15 * MS, took_ns=10 * MS, **changes)
        read = made.op(9, "get", client="client-2", output=output, at_ns=50 * MS)
        seen = [made.observed("searched", sequences=9, wrong=1), *more]
        return made.history(write, delete, read, observations=seen)

    return build


def test_clients_meet_until_every_read_is_answered_as_it_was(made, met, ran):
    """Calls that overlapped are made at the same time, the others after them; who has not the fault ends with 0."""
    text = made.text(met(output="on"), 1, 2, 9, because="no order explains it")

    assert "{1: lambda: client_1.set(key, 'one')},\n        {2: lambda: client_2.delete(key)}," in text
    assert "    note(3, lambda: client_2.get(key))" in text
    assert "seen[3] == 'on'," in text
    assert (0, "not reproduced: in 9 rounds all went well") == ran(text.replace("2000", "9"), "cache+memory://")


def test_a_lost_write_is_seen_again(made, met, ran):
    """Though it is not lost each time."""
    text = made.text(met(output=None), 1, 2, 9, because="get found nothing")

    assert (1, "reproduced: get found nothing") == ran(text)


def test_only_the_error_counts_where_one_was_raised(made, met):
    """Whatever the others answered, and what came after it is left out."""
    text = made.text(met(outcome="failed", error="KeyError", message="x"), 2, because="delete raised KeyError")

    assert "if all([\n            seen[2] == 'KeyError',\n        ]):" in text
    assert "note(3" not in text


def test_no_two_calls_may_have_changed_places(made):
    """What began after another client's call had ended does so in the script as well."""
    write = made.op(1, "set", input="one", at_ns=10 * MS)
    late = made.op(2, "set", input="two", client="client-2", at_ns=20 * MS)
    long = made.op(3, "get", client="client-3", output="one", at_ns=5 * MS, took_ns=50 * MS)
    read = made.op(4, output="one", at_ns=90 * MS)
    found = made.history(write, late, long, read, observations=[made.observed("searched", sequences=9, wrong=1)])

    assert "ended[2] < began[3]," in made.text(found, 1, 2, 4)


def test_where_results_share_a_queue_there_is_no_script(made, met):
    """What becomes of one hangs on all before it."""
    with pytest.raises(UnsayableError):
        made.text(met(made.observed("client", client="client-1", conf={}, replies=True)), 1, 2, 9)
