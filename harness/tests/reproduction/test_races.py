from __future__ import annotations

import pytest

from crisper.reproduction.record import UnsayableError


def overwritten(made, *reads):
    """Return a History of one key that was overwritten while it was read; of its writes the first was kept."""
    write = made.op(1, "set", input="000000")
    answers = [made.op(seq, client="client-2", output=output) for seq, output in enumerate(reads, 2)]
    return made.history(write, *answers, observations=[made.observed("together", readers=1, reads=9, missing=1)])


def test_a_race_is_played_until_it_is_lost(made, ran):
    """Write and read at the same time, with a new key each round; a backend that is never empty ends with 0."""
    text = made.text(overwritten(made, None), 2, because="get found nothing")

    assert "at_once(lambda: client_1.set(key, '000000'), lambda: client_2.get(key))" in text
    assert (1, "reproduced: get found nothing") == ran(text, "liars:WritesInTwoSteps+lie://")
    assert (0, "not reproduced: no race of 9 was lost") == ran(text.replace("2000", "9"), "liars:KeepsTheFirst+lie://")


def test_what_raises_in_a_race_is_seen(made):
    """A call that raised is compared by its type."""
    one = made.op(1, "delete", outcome="failed", error="KeyError", message="x", at_ns=5_000_000_000)
    found = overwritten(made)
    found = made.history(*found.ops, one, observations=found.observations)
    text = made.text(found, 1, because="delete raised KeyError")

    assert "    seen = type(error).__name__" in text


def test_what_hangs_on_writes_that_were_not_kept_has_no_script(made):
    """An older number after a newer one needs both writes."""
    with pytest.raises(UnsayableError, match="it is a race"):
        made.text(overwritten(made, "000005", "000004"), 2, 3)
