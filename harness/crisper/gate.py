"""Decides what a verdict means for a build: kept, known, reported, or a reason to stop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import Literal

import msgspec

from crisper.deviations import Deviation
from crisper.runs import ContestantInfo
from crisper.verdicts import Verdict, Word


class ExitCode(IntEnum):
    """What the process says at its end; 2 and 5 are pytest's own (interrupted, nothing to do)."""

    conforms = 0
    nonconformance = 1
    harness_error = 3
    usage = 4
    inconclusive = 6


Standing = Literal["kept", "known", "reported", "skipped", "nonconformance", "inconclusive", "error"]


_STANDINGS: dict[Word, Standing] = {
    "pass": "kept",
    "unknown": "inconclusive",
    "unsupported": "skipped",
    "inapplicable": "skipped",
    "error": "error",
}

#: Of what is only observed, these words say the same as of anything else.
_SETTLED: frozenset[Word] = frozenset({"pass", "error", "unsupported", "inapplicable"})


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """A Verdict and what the gate makes of it; `says` is the one line for whoever must act."""

    verdict: Verdict
    standing: Standing
    says: str


def ruling(
    verdict: Verdict,
    deviations: Iterable[Deviation],
    *,
    celery: str,
    engine: str,
    today: dt.date,
    strict: bool = False,
) -> Ruling:
    """Hold a Verdict against the deviations that are known of its contestant on these versions.

    `strict` asks of a should what is asked of a must; what is only observed is shown, whatever was found.
    """
    if verdict.level == "observe":
        standing = _STANDINGS[verdict.finding.word] if verdict.finding.word in _SETTLED else "reported"
        return Ruling(verdict=verdict, standing=standing, says=verdict.finding.because)
    known = _known(verdict, deviations, celery=celery, engine=engine)
    binding = verdict.level == "must" or (strict and verdict.level == "should")
    finding = verdict.finding
    if finding.word == "fail":
        return _failing(verdict, known, today, binding)
    if finding.word == "pass" and known and not known.intermittent:
        narrower = "" if known.layer else f", or give it the layer that still fails ({verdict.play.layer} does not)"
        says = f"passes, but {known.place} says that it fails: delete that deviation{narrower}"
        return Ruling(verdict=verdict, standing="nonconformance", says=says)
    standing = _STANDINGS[finding.word]
    if standing == "inconclusive" and not binding:
        standing = "reported"
    return Ruling(verdict=verdict, standing=standing, says=finding.because)


def ruled(verdict: Verdict, contestant: ContestantInfo, *, today: dt.date, strict: bool) -> Ruling:
    """Hold a Verdict against what is known of its contestant, as it stands in a Run."""
    engine = contestant.server.version if contestant.server else ""
    return ruling(verdict, contestant.deviations, celery=contestant.celery, engine=engine, today=today, strict=strict)


def exit_code(rulings: Iterable[Ruling], stale: Collection[str] = ()) -> ExitCode:
    """Return what all rulings and stale deviations mean; a certain fault of a backend outweighs one of ours."""
    standings = {each.standing for each in rulings}
    if "nonconformance" in standings or stale:
        return ExitCode.nonconformance
    if "error" in standings:
        return ExitCode.harness_error
    return ExitCode.inconclusive if "inconclusive" in standings else ExitCode.conforms


def complaints(rulings: Iterable[Ruling]) -> list[str]:
    """Return what is wrong with a deviation, not with the backend alone: each line says which entry to change."""
    wrong = [
        each for each in rulings if each.standing == "nonconformance" and each.says != each.verdict.finding.because
    ]
    return [f"{each.verdict.clause} {each.verdict.play}: {each.says}" for each in wrong]


def _known(verdict: Verdict, deviations: Iterable[Deviation], *, celery: str, engine: str) -> Deviation | None:
    candidates = [
        each
        for each in deviations
        if (each.clause, each.scenario) == (verdict.clause, verdict.play.scenario)
        and each.layer in ("", verdict.play.layer)
        and each.covers(celery=celery, engine=engine)
    ]
    matching = [each for each in candidates if each.explains(verdict.finding.because)]
    return next(iter(matching or candidates), None)


def _failing(verdict: Verdict, known: Deviation | None, today: dt.date, binding: bool) -> Ruling:
    because = verdict.finding.because
    if known is None:
        standing: Standing = "nonconformance" if binding else "reported"
        return Ruling(verdict=verdict, standing=standing, says=because)
    marked = msgspec.structs.replace(verdict, deviation=known.place)
    if not known.explains(because):
        says = f"fails otherwise than {known.place} says ({known.message!r}): {because}"
        return Ruling(verdict=verdict, standing="nonconformance", says=says)
    if known.review_by < today:
        says = (
            f"{known.place}: its review_by {known.review_by} has passed; check it against {known.upstream}: {because}"
        )
        return Ruling(verdict=marked, standing="nonconformance", says=says)
    return Ruling(verdict=marked, standing="known", says=f"{because} (known: {known.place})")
