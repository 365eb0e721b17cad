"""A Run as a page needs it: plain arithmetic, no markup."""

from __future__ import annotations

import re
import shlex
from typing import Any

import msgspec

from crisper.history import Play
from crisper.reproduction.record import Reproduction
from crisper.runs import ContestantInfo, Run
from crisper_reports import bounds, chart, evidence, matrix, numbers, story, survival
from crisper_reports.matrix import Cell, Playing, Row
from crisper_reports.observed import observed, shown
from crisper_reports.story import Standing
from crisper_reports.units import duration


_Again = dict[tuple[Play, str], Reproduction]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows; `evidence` is its one JSON blob, `missing` the playings that left no trace."""

    run: Run
    rows: list[Row]
    groups: list[numbers.Group]
    axis: chart.Axis
    charts: list[survival.Chart]
    bounds: list[bounds.Line]
    standings: list[Standing]
    headline: str
    sentences: list[str]
    missing: list[Play]
    command: str
    evidence: dict[str, Any]

    @property
    def observed(self) -> list[tuple[Row, list[Playing]]]:
        """What was measured of clauses that are only observed."""
        return observed(self.rows)

    @property
    def columns(self) -> list[tuple[ContestantInfo | None, Standing]]:
        """Each contestant with how it came out; None where the Run was cut off before it was introduced."""
        known = {each.name: each for each in self.run.contestants}
        return [(known.get(each.contestant), each) for each in self.standings]

    def troubles(self, standing: Standing) -> list[tuple[Row, Cell, Playing]]:
        """Return what a contestant broke, or what could not be decided of it, one playing at a time."""
        return [
            (row, cell, playing)
            for row in self.rows
            if row.level != "observe"
            for cell in row.cells
            if cell.contestant == standing.contestant
            for playing in cell.playings
            if playing.verdict.finding.word in ("fail", "unknown", "error")
        ]


def page(run: Run) -> Page:
    """Return the page of a Run."""
    rows = matrix.rows(run)
    groups = numbers.groups(run)
    standings = story.standings(run, rows)
    return Page(
        run=run,
        rows=rows,
        groups=groups,
        axis=chart.axis(groups),
        charts=survival.charts(run),
        bounds=bounds.lines(run),
        standings=standings,
        headline=story.headline(run, standings),
        sentences=story.sentences(standings),
        missing=run.missing,
        command=command(run),
        evidence=_evidence(run, rows),
    )


def command(run: Run) -> str:
    """Return the command that made a Run, quoted for a shell; a password in a URL is left out."""
    return shlex.join(re.sub(r"(://[^/@\s:]*):[^/\s]*@", r"\1:…@", each) for each in run.header.command)


def _evidence(run: Run, rows: list[Row]) -> dict[str, Any]:
    scenarios = {each.id: each.sentence for each in run.header.scenarios}
    plays = {str(play): history for play, history in evidence.histories(run).items()}
    again = {(each.play, each.clause): each for each in run.reproductions}
    cells = {
        cell.key: _cell(row, cell, scenarios, again) for row in rows for cell in row.cells if cell.stand or cell.missing
    }
    return {"cells": cells, "plays": plays}


def _cell(row: Row, cell: Cell, scenarios: dict[str, str], again: _Again) -> dict[str, Any]:
    return {
        "clause": row.clause.id,
        "sentence": row.clause.sentence,
        "level": row.level,
        "source": row.clause.source,
        "contestant": cell.contestant,
        "playings": [_playing(each, scenarios) | _reproduction(each, again) for each in cell.playings],
        "missing": [str(each) for each in cell.missing],
    }


def _reproduction(playing: Playing, again: _Again) -> dict[str, Any]:
    found = again.get((playing.verdict.play, playing.verdict.clause))
    if found is None:
        return {"command": "", "script": None, "file": "", "unsaid": ""}
    return {"command": found.command, "script": found.script, "file": found.file, "unsaid": found.because}


def _playing(playing: Playing, scenarios: dict[str, str]) -> dict[str, Any]:
    verdict, known = playing.verdict, playing.deviation
    finding = verdict.finding
    return {
        "play": str(verdict.play),
        "scenario": scenarios.get(verdict.play.scenario, ""),
        "layer": verdict.play.layer,
        "word": shown(finding.word, verdict.level),
        "because": finding.because,
        "evidence": finding.evidence,
        "margin": None if finding.margin_ns is None else duration(finding.margin_ns),
        "known": verdict.deviation,
        "upstream": known.upstream if known else None,
        "review_by": known.review_by.isoformat() if known else None,
        "intermittent": bool(known and known.intermittent),
    }
