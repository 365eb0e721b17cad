from __future__ import annotations

from crisper.player.again import Again


def test_what_is_unknown_is_played_again(made):
    """Twice at most; the last time counts, whatever it comes to, and says what could not be told before."""
    again = Again()
    first = made.history(observations=[made.seen("lag", max_ns=5)])
    asked = [again.undecided(first, [made.verdict("pass"), made.verdict("unknown", why)]) for why in ("a", "b", "c")]
    last, verdicts = again.settled(made.history(), [made.verdict("pass")])

    assert [True, True, False] == asked
    assert [("again", "a", 5), ("again", "b", 5)] == [
        (each.kind, each.data["because"], each.data["lag_ns"]) for each in last.observations
    ]
    assert ["pass"] == [each.finding.word for each in verdicts]


def test_what_was_played_once_says_nothing(made):
    """A History is left as it is."""
    history, verdicts = made.history(), [made.verdict("pass")]

    assert (history, verdicts) == Again().settled(history, verdicts)


def test_what_was_decided_is_not_played_again(made):
    """A promise that was broken stays broken; and where the script broke off, another try would only hide why."""
    broken = made.history(broken="SystemExit: 3")

    assert not Again().undecided(made.history(), [made.verdict("fail"), made.verdict("pass")])
    assert not Again().undecided(broken, [made.verdict("unknown")])


def test_a_failure_is_not_lost_by_another_try(made):
    """What broke a promise and left another one open counts, unless the next one broke the same."""
    history, failing, passing = made.history(), [made.verdict("fail"), made.verdict("unknown")], [made.verdict("pass")]
    told = []
    for later in (passing, [made.verdict("fail")]):
        again = Again()
        again.undecided(history, failing)
        told.append([each.finding.word for each in again.settled(history, later)[1]])

    assert [["fail", "unknown"], ["fail"]] == told


def test_what_is_lost_through_another_s_fault_is_played_once_more(made):
    """Whether it was undecided before is another matter."""
    again = Again()
    again.undecided(made.history(), [made.verdict("unknown")])

    assert [True, False] == [again.lost(made.PLAY) for _ in range(2)]
