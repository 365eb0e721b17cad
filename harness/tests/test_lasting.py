from __future__ import annotations

import pytest

from crisper.lasting import lifetimes


S = 1_000_000_000
CALL = 1_000_000


@pytest.fixture
def watched(made):
    """Return a function that measures keys, each written at 0 to live 5 s, by when they were seen and missing."""

    def watch(*lives, since="write", broken=None, more=()):
        ops = []
        for number, (seen, missing) in enumerate(lives, 1):
            at = 10 * number
            key, write = f"k{number}", {"called_ns": 0, "returned_ns": CALL}
            ops.append(made.op(at, "set", key, input="x", expires_ns=5 * S, **write))
            for seq, second, value in ((at + 1, seen, "x"), (at + 2, missing, None)):
                if second is not None:
                    when = int(second * S)
                    ops.append(made.op(seq, "get", key, output=value, called_ns=when, returned_ns=when + CALL))
        history = made.history(*ops, *more, observations=[made.seen("reads", since=since)], broken=broken)
        return lifetimes(history, ["C1", "C2"])

    return watch


def test_a_life_is_kept_as_an_interval(watched):
    """Each key's life is the interval from the last look that saw it to the first that did not."""
    (found,) = watched((4.9, 5.1))

    assert [(int(4.9 * S) - CALL, int(5.1 * S) + CALL)] == found.lives
    assert ("write", 5 * S, ["C1", "C2"], 0) == (found.since, found.expires_ns, found.promises, found.early)


def test_the_overrun_is_told_by_the_first_miss(watched):
    """Median and longest overrun count from the promised end to the first miss."""
    (found,) = watched(*[(4.9, 5.1)] * 25, *[(5.1, 5.3)] * 5)

    assert (100_000_000 + CALL, 300_000_000 + CALL) == (found.p50_ns, found.longest_ns)
    assert ("valid", None, None) == (found.validity, found.p95_ns, found.p99_ns)


def test_ten_keys_must_lie_beyond_a_percentile(watched):
    """Fewer than 20 keys show no median, and say so; the longest overrun is what it is."""
    (found,) = watched(*[(4.9, 5.1)] * 19)

    assert (None, 100_000_000 + CALL) == (found.p50_ns, found.longest_ns)
    assert ("too few", "19 keys are too few for a median") == (found.validity, found.because)


def test_early_ends_are_counted(watched):
    """A key that is missing before its time counts as early, and overran by less than nothing."""
    (found,) = watched((3, 3.2))

    assert (1, 3_200_000_000 + CALL - 5 * S) == (found.early, found.longest_ns)


@pytest.mark.parametrize(("endless", "p50_ns"), [(1, 100_000_000 + CALL), (21, None)])
def test_without_an_end_there_is_no_longest(watched, endless, p50_ns):
    """A key that outlived the watch has no end: no longest overrun, and no percentile that such keys reach."""
    (found,) = watched(*[(4.9, 5.1)] * 20, *[(13, None)] * endless)

    assert (p50_ns, None) == (found.p50_ns, found.longest_ns)
    assert endless == sum(end is None for _, end in found.lives)


def test_a_key_of_which_a_call_raised_is_in_no_number(watched, made):
    """Where a read raised, the end was not seen: the key is left out, and the numbers are not valid."""
    trouble = made.op(99, "get", "k1", outcome="failed", error="OSError", message="no")
    (found,) = watched(*[(4.9, 5.1)] * 21, more=[trouble])

    assert (20, 1) == (len(found.lives), found.failures)
    assert ("failing", "get raised OSError: no") == (found.validity, found.because)


def test_a_refused_lifetime_is_told(watched, made):
    """Where every write of a lifetime is refused there are no lives, and the reason stands instead."""
    refused = made.op(1, "set", "other", expires_ns=S, outcome="failed", error="AssertionError", message="")
    short, long = watched((4.9, 5.1), more=[refused])

    assert (S, [], None, "set raised AssertionError (no message)") == (
        short.expires_ns,
        short.lives,
        short.longest_ns,
        short.because,
    )
    assert (5 * S, 0) == (long.expires_ns, long.failures)


def test_a_life_that_was_changed_counts_as_what_it_became(made):
    """Where `expire` begins a life anew there is that life alone, and none of the length that the write told."""
    write = made.op(1, "set", expires_ns=3600 * S)
    changed = made.op(2, "expire", expires_ns=5 * S, called_ns=S, returned_ns=S)
    (found,) = lifetimes(made.history(write, changed, observations=[made.seen("reads", since="expire")]), ["A15"])

    assert ("expire", 5 * S, [(0, None)]) == (found.since, found.expires_ns, found.lives)


@pytest.mark.parametrize(("more", "held"), [([], {"keys": 3}), ([6 * S], None)])
def test_what_the_server_holds_at_the_end_is_told(made, more, held):
    """What is missing may lie on the server still; of several lives at once nobody can tell whose it is."""
    writes = [made.op(seq, "set", f"k{seq}", expires_ns=life) for seq, life in enumerate([5 * S, *more], 1)]
    seen = made.seen("reads", since="write"), made.seen("count", moment="ended", keys=3)

    assert [held] * len(writes) == [each.held for each in lifetimes(made.history(*writes, observations=seen), ["C1"])]


def test_others_are_counted_and_not_held(made):
    """How many others were put beside the keys is told; what the server holds is theirs as well, and is not."""
    seen = made.seen("others", count=41), made.seen("reads", since="write"), made.seen("count", moment="ended", keys=91)
    (found,) = lifetimes(made.history(made.op(1, "set", expires_ns=5 * S), observations=seen), ["C1"])

    assert (41, None) == (found.others, found.held)


def test_whoever_looked_too_rarely_says_so(watched):
    """Where most ends are known loosely only, that is the instrument's fault, not the backend's."""
    (found,) = watched(*[(4.9, 5.6)] * 20)

    assert ("generator-bound", "20 of 20 keys were looked at too rarely near their end") == (
        found.validity,
        found.because,
    )


def test_an_end_far_from_its_time_may_be_known_loosely(watched):
    """An end before its time, or long past it, need not be known as closely as one on time."""
    (found,) = watched(*[(9, 10)] * 20, *[(2, 4)] * 20)

    assert "valid" == found.validity


@pytest.mark.parametrize("changes", [{"since": ""}, {"broken": "ValueError: x"}])
def test_what_was_not_watched_to_its_end_is_no_measurement(watched, changes):
    """A script that watches for something else, or did not come to its end, measures nothing."""
    assert [] == watched((4.9, 5.1), **changes)
