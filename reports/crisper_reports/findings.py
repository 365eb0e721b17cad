"""What each contestant of a Run breaks, as a page of Markdown to be published: in plain words, with script and link."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crisper.reproduction.record import Reproduction
from crisper.runs import ContestantInfo, Run
from crisper_reports import matrix, story
from crisper_reports.markdown import code, escaped
from crisper_reports.matrix import Cell, Playing, Row
from crisper_reports.units import counted


#: A reason may quote much of what a server said.
LONGEST = 300

#: The folder that a Run's own files were in is nobody else's.
_AT_HOME = re.compile(r"/(?!/)[^\s'\"`]*?/crisper-\d+/[0-9a-f]{8,}(?=/)")

HEAD = """# What result backends break

Found by `crisper`, which played the same calls against each backend on a real server and judged what came of them by
what Celery documents. Each failure has a script that needs Celery and the server only: it takes the URL of your
`result_backend` as its argument, prints `reproduced:` and ends with 1 where it sees the same. What is not named here
was kept, is not claimed, or has no meaning for that backend.
"""


def findings(run: Run) -> str:
    """Return the page."""
    rows = matrix.rows(run)
    parts = [HEAD, escaped(story.headline(run, story.standings(run, rows))) + "\n"]
    infos = {each.name: each for each in run.contestants}
    # In the order of the plan: they are introduced as their servers are ready, which is chance.
    parts += ["\n".join(_section(run, rows, infos[name])) for name in matrix.contestants(run) if name in infos]
    return _AT_HOME.sub("/tmp", "\n".join([*parts, _origin(run)]))  # noqa: S108 (text, not a file)


def _section(run: Run, rows: list[Row], contestant: ContestantInfo) -> Iterator[str]:
    broken = [
        (row, cell) for row in rows for cell in row.cells if cell.contestant == contestant.name and _failures(cell)
    ]
    yield f"## {escaped(contestant.name)}\n"
    levels = [row.level for row, _ in broken]
    counts = [counted(levels.count(level), level) for level in ("must", "should") if level in levels]
    yield f"{escaped(contestant.versions)}: breaks {' and '.join(counts) or 'nothing'}.\n"
    for row, cell in broken:
        yield from _finding(run, row, cell)


def _finding(run: Run, row: Row, cell: Cell) -> Iterator[str]:
    found = _failures(cell)
    yield f"### {escaped(cell.contestant)} {row.clause.id}: {escaped(row.clause.sentence)}\n"
    yield f"A *{row.level}*; source: {escaped(row.clause.source)}.\n"
    for playing in found:
        verdict = playing.verdict
        yield f"- {code(f'{verdict.play.scenario}[{verdict.play.layer}]')}: {code(_short(verdict.finding.because))}"
    links = sorted({each.deviation.upstream for each in found if each.deviation})
    yield "".join(f"\nUpstream: <{link}>\n" for link in links)
    told = [each for playing in found for each in run.reproductions if _of(playing, each)]
    yield from _script(next((each for each in told if each.script), None), told)


def _script(shown: Reproduction | None, told: list[Reproduction]) -> Iterator[str]:
    if shown is None:
        yield from (f"No script: {escaped(each.because)}. Again: {code(each.command)}\n" for each in told[:1])
        return
    yield f"<details><summary>The script</summary>\n\n```python\n{shown.script}```\n\n</details>\n"


def _of(playing: Playing, reproduction: Reproduction) -> bool:
    verdict = playing.verdict
    return (reproduction.play, reproduction.clause) == (verdict.play, verdict.clause)


def _failures(cell: Cell) -> list[Playing]:
    return [each for each in cell.playings if each.verdict.finding.word == "fail"]


def _short(because: str) -> str:
    return because if len(because) <= LONGEST else f"{because[:LONGEST]}…"


def _origin(run: Run) -> str:
    header = run.header
    return f"Run {code(header.run)} of {escaped(header.started[:10])}, seed {header.seed}, profile {header.profile}.\n"
