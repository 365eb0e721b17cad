"""How often each known deviation was seen in a Run, and which of them name what is no longer there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from crisper.deviations import Deviation
from crisper.runs import ContestantInfo
from crisper.verdicts import Verdict


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A deviation, in how many playings of its clause it was seen, and what the others came to."""

    deviation: Deviation
    playings: int
    seen: int
    passed: int
    failed_otherwise: int
    undecided: int


def sightings(contestant: ContestantInfo, verdicts: Iterable[Verdict]) -> list[Sighting]:
    """Return a Sighting of each deviation that is known of a contestant on the versions that it ran with."""
    engine = contestant.server.version if contestant.server else ""
    own = [each for each in verdicts if each.play.contestant == contestant.name]
    return [
        _sighting(each, own) for each in contestant.deviations if each.covers(celery=contestant.celery, engine=engine)
    ]


def stale(
    contestant: ContestantInfo,
    verdicts: Iterable[Verdict],
    *,
    declared: Mapping[str, Collection[str]],
    played: Collection[str],
    today: dt.date,
) -> Iterator[str]:
    """Yield a line for each deviation that a whole Run has nothing to say for: file and line, and what to change.

    `declared` are the clauses of every scenario that there is, `played` the scenarios of this Run. What was undecided
    is nobody's fault here, and what passed, or failed otherwise, is told with its verdict.
    """
    for each in contestant.deviations:
        if (clauses := declared.get(each.scenario)) is None:
            yield f"{each.place} names the scenario {each.scenario!r}, which nobody declares: change or delete it"
        elif each.clause not in clauses:
            yield f"{each.place} names {each.clause}, which {each.scenario} does not play: change or delete it"
    known = [each for each in sightings(contestant, verdicts) if each.deviation.scenario in played]
    for one in known if contestant.failure is None else ():
        if one.deviation.clause in declared.get(one.deviation.scenario, ()):
            yield from _unseen(one, today)


def _sighting(deviation: Deviation, own: list[Verdict]) -> Sighting:
    playings = [
        each
        for each in own
        if (each.clause, each.play.scenario) == (deviation.clause, deviation.scenario)
        and deviation.layer in ("", each.play.layer)
        and each.finding.word != "inapplicable"
    ]
    words = [each.finding.word for each in playings]
    seen = sum(each.finding.word == "fail" and each.deviation == deviation.place for each in playings)
    return Sighting(
        deviation=deviation,
        playings=len(playings),
        seen=seen,
        passed=words.count("pass"),
        failed_otherwise=words.count("fail") - seen,
        undecided=words.count("unknown") + words.count("error"),
    )


def _unseen(one: Sighting, today: dt.date) -> Iterator[str]:
    known = one.deviation
    if one.seen or one.undecided or one.failed_otherwise:
        return
    if known.intermittent and one.passed:
        if known.review_by < today:
            yield f"{known.place} was not seen, and its review_by {known.review_by} has passed: look at it again"
    elif not one.passed:
        yield f"{known.place} was matched by no playing: change or delete it"
