from __future__ import annotations

from crisper.player.again import LAGGED_NS, Again


def test_what_the_instrument_was_too_late_for_is_played_once_more(made):
    """The second time counts, whatever it comes to, and says why it is the second."""
    again, late = Again(), made.history(observations=[made.seen("lag", max_ns=LAGGED_NS)])
    asked = [again.asked(late, [made.verdict("pass"), made.verdict("unknown", "not looked at")]) for _ in range(2)]
    (_, first) = again.noted(late).observations

    assert [True, False] == asked
    assert ("again", {"because": "not looked at", "lag_ns": LAGGED_NS}) == (first.kind, first.data)


def test_what_was_played_once_says_nothing(made):
    """A History is left as it is."""
    history = made.history()

    assert history is Again().noted(history)


def test_what_was_decided_is_not_played_again(made):
    """A promise that was broken stays broken, however late the instrument was."""
    late = made.history(observations=[made.seen("lag", max_ns=10 * LAGGED_NS)])

    assert not Again().asked(late, [made.verdict("fail"), made.verdict("pass")])


def test_doubts_that_are_not_the_instrument_s_stay(made):
    """Calls that timed out, or a check that crashed, would only be hidden by another try."""
    prompt = made.history(observations=[made.seen("lag", max_ns=LAGGED_NS - 1)])
    broken = made.history(observations=[made.seen("lag", max_ns=LAGGED_NS)], broken="SystemExit: 3")

    assert not Again().asked(prompt, [made.verdict("unknown")])
    assert not Again().asked(made.history(), [made.verdict("unknown")])
    assert not Again().asked(broken, [made.verdict("unknown")])
