from __future__ import annotations

import itertools

import pytest

from crisper.player.bench import Bench, overhead_ns, timed, value


HOUR = 3600 * 10**9


def test_each_call_has_its_latency_and_number():
    """Calls are counted on from `first`, and each leaves one latency."""
    numbers = []
    latencies, failures = timed(numbers.append, first=7, calls=5, limit_ns=HOUR)

    assert ([7, 8, 9, 10, 11], 5, []) == (numbers, len(latencies), failures)
    assert min(latencies) > 0


def test_what_is_raised_is_counted_and_timed():
    """A call that raises is a sample and a failure, and the next one is made."""

    def every_other(number):
        if number % 2:
            raise ValueError(number)

    latencies, failures = timed(every_other, first=0, calls=6, limit_ns=HOUR)

    assert (6, ["1", "3", "5"]) == (len(latencies), [str(each) for each in failures])


@pytest.mark.parametrize(("more", "made"), [({}, 1), ({"fewest": 4}, 4)])
def test_a_block_ends_when_its_time_is_over(more, made):
    """However slow the calls are, the fewest asked for are made; once time is over no more than those."""
    calls = itertools.count()
    latencies, _ = timed(lambda _: next(calls), first=0, calls=1000, limit_ns=0, **more)

    assert (made, made) == (len(latencies), next(calls))


def test_no_more_calls_than_asked_for():
    """A block of fewer than the fewest calls stays as small as it is."""
    assert 2 == len(timed(lambda _: None, first=0, calls=2, limit_ns=0, fewest=4)[0])


def test_the_loop_knows_its_own_cost():
    """An empty call costs something, and far less than any real one."""
    assert 0 < overhead_ns(200) < 1_000_000


@pytest.mark.parametrize("size", [1, 100, 10_240])
def test_a_value_has_its_size(size):
    """A cell's value is printable, has the size asked for, and depends on its seed alone."""
    one = value(size, 1)

    assert (size, one) == (len(one), value(size, 1))
    assert one.decode().isprintable()


class Keys:
    """A backend that asks for its keys as bytes."""

    key_t = staticmethod(str.encode)


def test_keys_are_named_as_the_layer_wants_them():
    """A key has the backend's own type; a task id is text."""
    assert [b"n-3", "n-3"] == [Bench(Keys(), layer, "n", b"").key(3) for layer in ("kv", "result")]


def test_a_population_is_written_once_each():
    """Reading operations find as many keys as were promised, each holding the value."""
    written = {}
    keys = Bench(Keys(), "kv", "n", b"value").populated(written.__setitem__, 200)

    assert (200, set(keys), {b"value"}) == (len(keys), set(written), set(written.values()))
