"""A Run in Markdown, for a build's own page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from crisper.reproduction.record import folder
from crisper.runs import Run
from crisper_reports import matrix, story, survival
from crisper_reports.known import now_and_then
from crisper_reports.matrix import Cell, Playing, Row
from crisper_reports.observed import SEEN, observed, shown
from crisper_reports.terminal import plain


#: Where GitHub says that a job's summary goes:
#: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"

SHORT = {
    SEEN: SEEN,
    "pass": "pass",
    "fail": "**FAIL**",
    "unknown": "?",
    "error": "error",
    "unsupported": "-",
    "inapplicable": "·",
}


def markdown(run: Run) -> str:
    """Return the summary of a Run in GitHub's Markdown; what a backend said stands in code spans."""
    rows = matrix.rows(run)
    standings = story.standings(run, rows)
    lines = ["## Result backends", "", escaped(story.headline(run, standings))]
    for part in (story.partly(standings), _complaints(run), _failures(run, rows), _observed(rows), now_and_then(run)):
        lines += ["", *(f"- {line}" if line.startswith("`") else f"- {escaped(line)}" for line in part)] if part else []
    lines += [
        "",
        *_table(run, rows),
        *_overruns(run),
        "",
        f"Run {code(run.header.run)}, seed {run.header.seed}: {code(run.path)}",
    ]
    if any(each.script for each in run.reproductions):
        lines += ["", f"A script for each failure: {code(str(folder(Path(run.path))))}"]
    return "\n".join(lines) + "\n"


def append(run: Run) -> str | None:
    """Append the summary to the file that GitHub names; return what to say where that cannot be done."""
    target = os.environ.get(STEP_SUMMARY)
    if not target:
        return None
    try:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(markdown(run))
    except OSError as error:
        return f"{STEP_SUMMARY}: cannot write to {target}: {error.strerror}"
    return None


def code(text: str) -> str:
    """Return text as a code span that it cannot end by itself."""
    shown = plain(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    room = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{room}{shown}{room}{fence}"


def escaped(text: str) -> str:
    """Return text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_\[\]<>#|~&])", r"\\\1", plain(text))


def _table(run: Run, rows: list[Row]) -> list[str]:
    heads = ["clause", *matrix.contestants(run), "promise"]
    lines = [_row(map(escaped, heads)), _row(["---"] * len(heads))]
    return lines + [
        _row([f"{row.clause.id} {row.level}", *(_short(row, cell) for cell in row.cells), escaped(row.clause.sentence)])
        for row in rows
    ]


def _overruns(run: Run) -> list[str]:
    charts = survival.charts(run)
    if not charts:
        return []
    names = matrix.contestants(run)
    rows = []
    for each in charts:
        found = {curve.contestant: curve.figures for curve in each.curves}
        rows.append(_row([escaped(each.name), *(escaped(found.get(name, "")) for name in names)]))
    legend = "Overrun of lives past their promised end: p50/p99/longest; ! a promise was broken"
    return ["", legend, "", _row(["life since", *map(escaped, names)]), _row(["---"] * (1 + len(names))), *rows]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _short(row: Row, cell: Cell) -> str:
    if cell.stand is None:
        return "missing" if cell.missing else ""
    return "known" if cell.stand.known else SHORT[shown(cell.stand.word, row.level)]


def _observed(rows: list[Row]) -> list[str]:
    return [
        f"{code(f'{row.clause.id} {each.verdict.play}')}: {code(each.verdict.finding.because)}"
        for row, playings in observed(rows)
        for each in playings
    ]


def _complaints(run: Run) -> list[str]:
    return [code(each) for each in run.footer.complaints] if run.footer else []


def _failures(run: Run, rows: list[Row]) -> list[str]:
    commands = {(each.play, each.clause): each.command for each in run.reproductions}
    found = [playing for row in rows for cell in row.cells for playing in cell.playings]
    return [
        _failure(each, commands.get((each.verdict.play, each.verdict.clause), ""))
        for each in found
        if each.verdict.finding.word == "fail" and not each.known
    ]


def _failure(playing: Playing, command: str) -> str:
    verdict = playing.verdict
    again = f"; again: {code(command)}" if command else ""
    return f"{code(f'{verdict.clause} {verdict.play}')}: {code(verdict.finding.because)}{again}"
