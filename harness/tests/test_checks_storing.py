from __future__ import annotations

import pytest

from crisper.checks.storing import refused_within, stores_reach_somebody


@pytest.fixture
def reached(made):
    """Return a function that judges a store, and a read of its key; and another one before, as a server broke since."""

    def judge(answer, *, broken=False, **stored):
        ops = [
            made.op(1, "set", "before", input="v"),
            made.op(3, "set", "meanwhile", input="v", **stored),
            made.op(4, "get", "before", output=None if broken else "v"),
            made.op(5, "get", "meanwhile", output=answer),
        ]
        moments = {"began_ns": 2 * made.MS, "ended_ns": 4 * made.MS, "recovered_ns": 4 * made.MS}
        faults = [made.seen("fault", what="down", **moments)] if broken else []
        return stores_reach_somebody(made.history(*ops, observations=faults), made.judged())

    return judge


REFUSED = {"outcome": "unknown", "error": "ConnectionError"}


def test_who_stores_without_an_error_reached_somebody(reached):
    """Or else has to raise."""
    assert ("pass", "fail", "pass") == (reached("v").word, reached(None).word, reached(None, **REFUSED).word)


def test_the_store_and_the_read_show_it(reached):
    """They are the evidence."""
    finding = reached(None)

    assert ([3, 5], "set raised nothing, and reached nobody: get answered nothing") == (
        finding.evidence,
        finding.because,
    )


def test_what_a_server_lost_in_breaking_is_another_promise(reached):
    """Only what was stored since is judged."""
    assert "1 stores reached somebody, 0 raised" == reached("v", broken=True).because
    assert "fail" == reached(None, broken=True).word


def test_without_a_store_nothing_is_decided(made):
    """A script that broke off before it stored says nothing of stores."""
    assert "unknown" == stores_reach_somebody(made.history(), made.judged()).word


@pytest.mark.parametrize(
    ("took_s", "lag_s", "word"), [(0.1, 0, "pass"), (3, 0, "fail"), (3, 2, "unknown"), (5, 1, "fail")]
)
def test_at_once_is_within_the_bound(made, took_s, lag_s, word):
    """Unless the instrument itself may have been as slow."""
    op = made.op(1, "store_result", input="x", called_ns=0, returned_ns=int(took_s * made.SECOND), **REFUSED)
    lag = made.seen("lag", max_ns=lag_s * made.SECOND)

    assert word == refused_within(2 * made.SECOND)(made.history(op, observations=[lag]), made.judged()).word


def test_what_was_possible_after_all_breaks_nothing(made):
    """Only what raises has to do so at once."""
    op = made.op(1, "store_result", input="x", called_ns=0, returned_ns=9 * made.SECOND)

    assert "0 stores raised at once" == refused_within(made.SECOND)(made.history(op), made.judged()).because
