"""Reads a History into Verdicts: the same way during a Run and long after it."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import Version

from crisper.clauses import Capability, Clause, Layer
from crisper.history import History, Play
from crisper.runs import ContestantInfo
from crisper.scenario import Check, Judged, Scenario
from crisper.verdicts import Finding, Verdict, undecided


#: Any one of these opens a layer; the one that is not here is everybody's.
_ENTRANCE: dict[Layer, frozenset[Capability]] = {"kv": frozenset({"kv"}), "task": frozenset({"shared", "push"})}


def known(contestant: ContestantInfo) -> Judged:
    """Return what checks may know of a contestant."""
    return Judged(celery=contestant.celery, claims=frozenset(contestant.claims), facts=contestant.facts)


def judged(history: History, scenario: Scenario, contestant: Judged) -> list[Verdict]:
    """Return one Verdict for each clause of the scenario."""
    return [
        _verdict(history.play, clause, _finding(history, clause, check, contestant))
        for clause, check in scenario.checks.items()
    ]


def unplayed(play: Play, clauses: Iterable[Clause], finding: Finding) -> list[Verdict]:
    """Return the same Finding for each clause of a scenario that left no History."""
    return [_verdict(play, clause, finding) for clause in clauses]


def lacks_layer(layer: Layer, claims: Iterable[Capability]) -> bool:
    """Whether a contestant has no such layer at all.

    A worker is another process: it can only hand results over to somebody who shares, or to whom they are pushed.
    """
    return layer in _ENTRANCE and _ENTRANCE[layer].isdisjoint(claims)


def no_layer(layer: Layer) -> Finding:
    """Return the Finding for a contestant without the layer."""
    return Finding(word="inapplicable", because=f"no {layer} layer")


def _finding(history: History, clause: Clause, check: Check, contestant: Judged) -> Finding:
    if clause.since and contestant.celery and Version(contestant.celery) < Version(clause.since):
        return Finding(word="inapplicable", because=f"promised since Celery {clause.since}")
    if history.ours:
        return Finding(word="error", because=str(history.broken))
    if history.broken is not None:
        return undecided(f"the script did not come to its end: {history.broken}")
    try:
        finding = check(history, contestant)
    except Exception as error:  # noqa: BLE001 - a check may be anybody's, and a crash of one is never a pass
        return undecided(f"the check crashed: {type(error).__name__}: {error}")
    return _claimed(finding, clause, contestant, history)


def _claimed(finding: Finding, clause: Clause, contestant: Judged, history: History) -> Finding:
    if clause.needs is None or clause.needs in contestant.claims:
        return finding
    if finding.word == "fail":
        return Finding(
            word="unsupported",
            because=f"{clause.needs} is not claimed, and {_how(history)}: {finding.because}",
            evidence=finding.evidence,
        )
    if finding.word == "pass":
        return Finding(word="pass", because=f"works, though {clause.needs} is not claimed: {finding.because}")
    return finding


def _how(history: History) -> str:
    refused = any(op.error == "NotImplementedError" for op in history.ops)
    raised = any(op.outcome != "ok" for op in history.ops)
    return "is refused" if refused else "fails" if raised else "silently does nothing"


def _verdict(play: Play, clause: Clause, finding: Finding) -> Verdict:
    return Verdict(play=play, clause=clause.id, level=clause.level, finding=finding)
