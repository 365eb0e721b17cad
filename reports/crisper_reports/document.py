"""A Run as the documented JSON: these keys are stable, and only ever added to."""

from __future__ import annotations

from typing import Any

from crisper.measurements import Bounds, Lifetimes, Measurement
from crisper.runs import ContestantInfo, Run
from crisper.verdicts import Verdict
from crisper_reports.numbers import broken, number


def document(run: Run) -> dict[str, Any]:
    """Return a Run's contestants, verdicts and measurements; latencies are nanoseconds, null where n is too small.

    `reproduce` is the command that plays a failing playing again, null for the others. `engine` and `version` are null
    for an embedded contestant. `valid` is false for a number that is struck out, generator-bound, unsustained or too
    small. What was measured of lives says so by its `operation`, and has more keys than a latency. `bounds` are what a
    search found of the lives that are accepted, kept and told apart, in nanoseconds, null where nobody could tell.
    """
    commands = {(each.play, each.clause): each.command for each in run.reproductions}
    return {
        "complete": run.complete,
        "contestants": [_contestant(each) for each in run.contestants],
        "verdicts": [_verdict(each, commands.get((each.play, each.clause))) for each in run.verdicts],
        "measurements": [
            *(_measurement(run, each) for each in run.measurements),
            *(_overrun(run, each) for each in run.lifetimes),
        ],
        "bounds": [_bounds(each) for each in run.bounds],
    }


def _contestant(one: ContestantInfo) -> dict[str, Any]:
    server = one.server if one.server and one.server.profile != "embedded" else None
    return {
        "name": one.name,
        "engine": server.engine if server else None,
        "version": server.version if server else None,
        "celery": one.celery,
        "client": one.client,
    }


def _verdict(one: Verdict, command: str | None) -> dict[str, Any]:
    return {
        "scenario": one.play.scenario,
        "clause": one.clause,
        "layer": one.play.layer,
        "level": one.level,
        "contestant": one.play.contestant,
        "verdict": one.finding.word,
        "because": one.finding.because,
        "deviation": one.deviation,
        "reproduce": command,
    }


def _measurement(run: Run, one: Measurement) -> dict[str, Any]:
    shown = number(one, run.verdicts)
    return {
        "contestant": one.contestant,
        "operation": one.operation,
        "size": one.size,
        "unit": one.unit,
        "count": one.count,
        "p50": shown.p50_ns,
        "p95": shown.p95_ns,
        "p99": shown.p99_ns,
        "valid": shown.counts,
    }


def _overrun(run: Run, one: Lifetimes) -> dict[str, Any]:
    return {
        "contestant": one.contestant,
        "operation": f"overrun since {one.since}",
        "size": 0,
        "unit": one.unit,
        "count": len(one.lives),
        "p50": one.p50_ns,
        "p95": one.p95_ns,
        "p99": one.p99_ns,
        "valid": one.validity == "valid" and not broken(one, run.verdicts),
        "scenario": one.scenario,
        "layer": one.layer,
        "expires": one.expires_ns,
        "max": one.longest_ns,
        "early": one.early,
        "held": one.held,
        "others": one.others,
        "lives": one.lives,
    }


def _bounds(one: Bounds) -> dict[str, Any]:
    return {
        "contestant": one.contestant,
        "layer": one.layer,
        "scenario": one.scenario,
        "unit": one.unit,
        "shortest": one.shortest_ns,
        "below": one.below,
        "longest": one.longest_ns,
        "above": one.above,
        "kept": one.kept_ns,
        "unkept": one.unkept_ns,
        "watched": one.watched,
        "ended": one.ended,
        "apart": one.step_ns,
        "together": one.same_ns,
    }
