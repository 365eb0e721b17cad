from __future__ import annotations

import pytest

from crisper.reproduction.excerpt import excerpt
from crisper.reproduction.record import UnsayableError
from crisper.verdicts import failed


def lived(made, expires, *reads):
    """Return a History of one key that was given `expires` seconds, and read so many seconds later."""
    second = made.SECOND
    write = made.op(1, "set", input="x", expires_ns=expires * second, at_ns=0)
    seen = [made.op(seq, output=output, at_ns=int(at * second)) for seq, (at, output) in enumerate(reads, 2)]
    return made.history(write, *seen)


def waits(found, *evidence):
    cut = excerpt(found, failed("x", *evidence))
    return cut.decisive.seq, round(cut.pauses_ns.get(cut.decisive.seq, 0) / 1e9, 1)


def test_what_outlives_its_time_is_looked_at_soon_after(made):
    """It is read a second after it should have gone at the latest: not at the last moment at which it was seen."""
    assert (2, 12.0) == waits(lived(made, 10, (19.4, "x"), (20.0, None)), 1, 2, 3)


def test_a_close_call_stays_between(made):
    """Where it outlived its time by little, the wait lies between what was promised and what was seen."""
    assert (2, 3.2) == waits(lived(made, 2, (3.4, "x")), 1, 2)


def test_what_goes_early_is_looked_at_before_its_end(made):
    """The wait lies between the moment at which it was missing and the promised end."""
    decisive, wait = waits(lived(made, 10, (5.0, None)), 1, 2)

    assert 2 == decisive
    assert 5 < wait < 10


def test_a_lost_write_is_not_waited_for(made):
    """What is missing at once is read at once."""
    assert (2, 0.0) == waits(lived(made, 3600, (0.01, None)), 1, 2)


def test_pauses_between_calls_are_kept(made):
    """A second write in the middle of a life is made in the middle of a life again."""
    second = made.SECOND
    found = made.history(
        made.op(1, "set", input="x", expires_ns=4 * second, at_ns=0),
        made.op(2, "set", input="x", expires_ns=4 * second, at_ns=3 * second),
        made.op(3, output=None, at_ns=6 * second),
    )
    cut = excerpt(found, failed("x", 2, 3))

    assert [1, 2, 3] == [op.seq for op in cut.ops]
    assert 3 == round(cut.pauses_ns[2] / 1e9)


def test_of_a_long_history_the_reads_that_show_nothing_are_left_out(made):
    """Writes stay, and so does the evidence."""
    pairs = [
        op
        for seq in range(1, 101, 2)
        for op in (made.op(seq, "set", input=f"{seq}"), made.op(seq + 1, output=f"{seq}"))
    ]
    cut = excerpt(made.history(*pairs), failed("x", 99, 100))

    assert 51 == len(cut.ops)
    assert 100 == cut.decisive.seq


def test_where_results_share_a_queue_every_call_counts(made):
    """What was read of another key may be why this one is gone; of very many calls no script is made."""
    replies = made.observed(client="client-1", conf={}, replies=True)
    other, read = made.op(1, key="other"), made.op(2, output=None)
    long = [made.op(seq, key="other") for seq in range(1, 200)]

    assert [other, read] == excerpt(made.history(other, read, observations=[replies]), failed("x", 2)).ops
    with pytest.raises(UnsayableError, match="it hangs on 199 calls, 199 of them kept"):
        excerpt(made.history(*long, observations=[replies]), failed("x", 199))
    with pytest.raises(UnsayableError, match="it hangs on 9 calls, 2 of them kept"):
        excerpt(made.history(other, made.op(9, output=None), observations=[replies]), failed("x", 9))
