import itertools

import pytest
from figures.atomic import Seen, contradictions, replaced
from figures.blocks import ratio


def write(value, called_ns, returned_ns):
    """Return a write."""
    return Seen("k", value, written=True, called_ns=called_ns, returned_ns=returned_ns)


def read(value, called_ns, returned_ns):
    """Return a read."""
    return Seen("k", value, written=False, called_ns=called_ns, returned_ns=returned_ns)


@pytest.mark.parametrize(
    "seen",
    [
        [read(None, 1, 2), write("a", 3, 4), read("a", 5, 6), write("b", 7, 8), read("b", 9, 10)],
        [write("a", 1, 9), read(None, 2, 3), read("a", 4, 5), read("a", 10, 11)],
        [write("a", 1, 9), write("b", 2, 8), read("b", 10, 11), read("b", 12, 13)],
        [write("a", 1, 4), write("b", 2, 9), read("a", 5, 6), read("b", 7, 8)],
    ],
)
def test_what_a_register_may_show(seen):
    """Where the calls fit into one order, nothing is called lost or stale."""
    assert (0, 0) == contradictions(seen)


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ([write("a", 1, 2), read(None, 3, 4)], (1, 0)),
        ([write("a", 1, 2), read("a", 3, 4), read(None, 5, 6)], (1, 0)),
        ([write("a", 1, 2), write("b", 3, 4), read("a", 5, 6)], (0, 1)),
        ([write("a", 1, 9), write("b", 2, 8), read("b", 3, 4), read("a", 5, 6), read("b", 10, 11)], (0, 1)),
        ([read("a", 1, 2), write("a", 3, 4)], (0, 1)),
        ([read("a", 1, 2)], (0, 1)),
    ],
)
def test_what_it_may_not(seen, found):
    """A write that vanished, an older value after a newer one, and a value that nobody wrote are each counted."""
    assert found == contradictions(seen)


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ([write("SUCCESS 1", 1, 2), write("FAILURE 2", 3, 4), read("SUCCESS 1", 5, 6)], 0),
        ([write("SUCCESS 1", 1, 9), write("SUCCESS 2", 2, 8), read("SUCCESS 2", 10, 11)], 0),
        ([write("SUCCESS 1", 1, 5), read("STARTED 0", 2, 6), read("SUCCESS 1", 7, 8)], 0),
        ([write("SUCCESS 1", 1, 2), write("FAILURE 2", 3, 4), read("FAILURE 2", 5, 6)], 1),
        ([write("SUCCESS 1", 1, 2), read(None, 3, 4)], 1),
        ([write("SUCCESS 1", 1, 2), read("SUCCESS 1", 3, 4), write("SUCCESS 2", 5, 6), read("SUCCESS 2", 7, 8)], 1),
    ],
)
def test_success_that_was_replaced(seen, found):
    """What is read after SUCCESS was stored is that SUCCESS, or it is counted."""
    assert found == replaced(seen)


def test_a_ratio_is_of_neighbours(monkeypatch):
    """What takes three times as long is told so, however the machine drifts meanwhile."""
    clock, drift = [0], itertools.count(1)
    monkeypatch.setattr("figures.blocks.time.monotonic_ns", lambda: clock[0])

    def taking(cost):
        def call(_):
            clock[0] += cost * (100 + next(drift))

        return call

    assert 3 == pytest.approx(ratio(taking(10), taking(30), rounds=8, block_ns=100_000).median, rel=0.05)
