"""Which lives were accepted and kept, and in which step they end: what a search left, as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from crisper.backends import NEVER
from crisper.checks.expiry import LATE_NS, SECOND, Life, lives
from crisper.history import History, Observation
from crisper.measurements import Bounds


#: Between a write and the look at the server's own clock; rounded down before, or up.
SLACK_NS, ROUNDED_NS = 10 * SECOND, SECOND

#: The least share of a ladder that a step may be, to be told from what makes single lives end a little late.
LEAST = 0.2


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A life that was asked for: what was raised, if anything, or whether the value was missed before its end.

    `ttl_ns` is what the server said of it, None where nobody could look, or nothing was there any more.
    """

    expires_ns: int
    error: str = ""
    early: bool = False
    ttl_ns: int | None = None

    @property
    def refusal(self) -> str:
        """Why this life was not given; empty where it was, as far as can be told at once."""
        if self.error:
            return self.error
        if self.early:
            return "gone at once"
        if self.ttl_ns == NEVER:
            return "kept without end"
        within = self.ttl_ns is None or -SLACK_NS <= self.ttl_ns - self.expires_ns <= ROUNDED_NS
        return "" if within else f"kept for {(self.ttl_ns or 0) / SECOND:.6g} s by the server"


def asks(observations: Iterable[Observation]) -> list[Asked]:
    """Return the lives that were asked for, in order."""
    seen = list(observations)
    ttls = {each.data["key"]: each.data["ttl_ns"] for each in seen if each.kind == "ttl"}
    return [
        Asked(
            expires_ns=int(each.data["expires_ns"]),
            error=str(each.data["error"]),
            early=bool(each.data["early"]),
            ttl_ns=ttls.get(each.data["key"]),
        )
        for each in seen
        if each.kind == "asked"
    ]


def bounds(history: History) -> list[Bounds]:
    """Return what a search for the bounds of lives found; nothing where there was none, or it broke off."""
    asked = asks(history.observations)
    if not asked or history.broken is not None:
        return []
    shortest_ns, longest_ns = _accepted(asked)
    watched = lives(history)
    endless_ns = max((each.expires_ns for each in watched if each.first_missing is None), default=0)
    kept_ns = min((each.expires_ns for each in watched if _kept(each) and each.expires_ns > endless_ns), default=None)
    step_ns, same_ns = _step(history, watched)
    return [
        Bounds(
            scenario=history.play.scenario,
            contestant=history.play.contestant,
            layer=history.play.layer,
            shortest_ns=shortest_ns,
            below=_below(asked, shortest_ns),
            longest_ns=longest_ns,
            above=_above(asked, longest_ns),
            kept_ns=kept_ns,
            unkept_ns=max((each.expires_ns for each in watched if _unkept(each, kept_ns)), default=None),
            watched=len(watched),
            ended=sum(each.first_missing is not None for each in watched),
            step_ns=step_ns,
            same_ns=same_ns,
        )
    ]


def step(ladder: Sequence[Life]) -> tuple[int | None, int | None]:
    """Return how far apart lives must be told to end apart for certain, and the largest difference that made none.

    To end apart is to do so by more than a third of what was told: what rounds to a step, up or down, makes a whole
    step of more than one, and of less now and then nothing. The intervals of the ends are taken at their worst.
    """
    ended = sorted((each for each in ladder if each.at_most_ns is not None), key=lambda life: life.expires_ns)
    pairs = [_apart(one, other) for number, one in enumerate(ended) for other in ended[number + 1 :]]
    told = sorted(told_ns for told_ns, _, _ in pairs)
    unsure_ns = max((told_ns for told_ns, least_ns, _ in pairs if 3 * least_ns <= told_ns), default=0)
    same = [told_ns for told_ns, _, most_ns in pairs if 3 * most_ns < told_ns and told_ns >= LEAST * told[-1]]
    return next((each for each in told if each > unsure_ns), None), max(same, default=None)


def _apart(one: Life, other: Life) -> tuple[int, int, int]:
    """Return by how much two lives were told to end apart, and by how much they did at least and at most."""
    least_ns = other.at_least_ns - (one.at_most_ns or 0)
    return other.expires_ns - one.expires_ns, least_ns, (other.at_most_ns or 0) - one.at_least_ns


def _step(history: History, watched: Sequence[Life]) -> tuple[int | None, int | None]:
    found = [
        step([each for each in watched if each.written.keys[0] in ladder.data["keys"]])
        for ladder in history.seen("ladder")
    ]
    same = [same_ns for _, same_ns in found if same_ns is not None]
    return min((step_ns for step_ns, _ in found if step_ns is not None), default=None), max(same, default=None)


def _accepted(asked: Sequence[Asked]) -> tuple[int | None, int | None]:
    accepted = [each.expires_ns for each in asked if not each.refusal]
    longest_ns = max(accepted, default=None)
    refused = [each.expires_ns for each in asked if each.refusal and longest_ns and each.expires_ns < longest_ns]
    return min((each for each in accepted if each > max(refused, default=0)), default=None), longest_ns


def _below(asked: Sequence[Asked], shortest_ns: int | None) -> str:
    """Return why the next shorter life was refused; where all were, why the longest was."""
    refused = [each for each in asked if each.refusal and (shortest_ns is None or each.expires_ns < shortest_ns)]
    return max(refused, key=lambda each: each.expires_ns).refusal if refused else ""


def _above(asked: Sequence[Asked], longest_ns: int | None) -> str:
    """Return why the next longer life was refused."""
    refused = [each for each in asked if each.refusal and longest_ns is not None and each.expires_ns > longest_ns]
    return min(refused, key=lambda each: each.expires_ns).refusal if refused else ""


def _kept(life: Life) -> bool:
    """Whether a life was seen, and ended neither early nor more than a second late."""
    return (
        life.last_seen is not None
        and life.at_most_ns is not None
        and life.expires_ns <= life.at_most_ns <= life.expires_ns + LATE_NS
    )


def _unkept(life: Life, kept_ns: int | None) -> bool:
    """Whether a life below the shortest that was kept was seen to end early, or more than a second late."""
    early = life.at_most_ns is not None and life.at_most_ns < life.expires_ns
    late = life.at_least_ns > life.expires_ns + LATE_NS
    return (early or late) and (kept_ns is None or life.expires_ns < kept_ns)
