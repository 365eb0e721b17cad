"""A Run in a terminal: who keeps what, what broke, and the medians."""

from __future__ import annotations

from pathlib import Path

from crisper.reproduction.record import folder
from crisper.runs import Run
from crisper_reports import bounds, matrix, numbers, story, survival
from crisper_reports.known import now_and_then
from crisper_reports.matrix import Cell, Playing, Row
from crisper_reports.observed import SEEN, observed, shown
from crisper_reports.terminal import LIFE, table, wrapped
from crisper_reports.units import counted, duration, size


SHORT = {
    SEEN: SEEN,
    "pass": "pass",
    "fail": "FAIL",
    "unknown": "?",
    "error": "error",
    "unsupported": "-",
    "inapplicable": ".",
}
LEGEND = (
    "FAIL broken; known: broken, and expected; ? undecided; error: ours; - not claimed; . no meaning here; "
    "seen: shown below, never failed; "
    "missing: planned, and left nothing. Over several layers the most telling word stands."
)
#: Missing playings named in a terminal; the page names them all.
NAMED = 12


def summary(run: Run) -> str:
    """Return the summary of a Run, no line longer than 80 columns."""
    rows = matrix.rows(run)
    standings = story.standings(run, rows)
    lines = wrapped(story.headline(run, standings), hang=0)
    lines += [line for said in story.partly(standings) for line in wrapped(said)]
    found = _gaps(run), _promises(run, rows), _troubles(rows), _observed(rows), _asked(run)
    for part in (*found, _scripts(run), _overruns(run), _bounds(run), _medians(run), _cost(run)):
        lines += ["", *part] if part else []
    return "\n".join(lines)


def _gaps(run: Run) -> list[str]:
    missing = run.missing
    if run.complete and not missing:
        return []
    said = f"{'GAPS' if run.complete else 'INCOMPLETE'}: {counted(len(missing), 'planned playing')} missing"
    named = [line for play in missing[:NAMED] for line in wrapped(str(play), indent=2)]
    more = [f"  and {len(missing) - NAMED} more"] if len(missing) > NAMED else []
    return [said, *named, *more]


def _promises(run: Run, rows: list[Row]) -> list[str]:
    heads = ["clause", *matrix.contestants(run)]
    cells = [[f"{row.clause.id} {row.level}", *(_short(row, cell) for cell in row.cells)] for row in rows]
    return [*table(heads, cells), *wrapped(LEGEND, hang=0)]


def _short(row: Row, cell: Cell) -> str:
    if cell.stand is None:
        return "missing" if cell.missing else ""
    return "known" if cell.stand.known else SHORT[shown(cell.stand.word, row.level)]


def _observed(rows: list[Row]) -> list[str]:
    said = [(row.clause, playing) for row, playings in observed(rows) for playing in playings]
    lines = [f"{clause.id} {each.verdict.play.contestant}: {each.verdict.finding.because}" for clause, each in said]
    return ["Observed", *(line for each in lines for line in wrapped(each))] if lines else []


def _troubles(rows: list[Row]) -> list[str]:
    found = [
        (row, playing)
        for row in rows
        if row.level == "must"
        for cell in row.cells
        for playing in cell.playings
        if playing.verdict.finding.word == "fail"
    ]
    return ["Broken musts", *(line for row, playing in found for line in _trouble(row, playing))] if found else []


def _trouble(row: Row, playing: Playing) -> list[str]:
    verdict = playing.verdict
    lines = wrapped(f"{row.clause.id} {verdict.play.contestant} ({verdict.play.layer}): {verdict.finding.because}")
    known = playing.deviation
    if playing.known and known:
        lines += wrapped(f"known, review by {known.review_by}: {known.upstream}", indent=2)
    elif playing.known:
        lines += wrapped(f"known: {verdict.deviation}", indent=2)
    return lines


def _asked(run: Run) -> list[str]:
    asked = run.footer.complaints if run.footer else []
    lines = ["The gate asks for a change", *(line for each in asked for line in wrapped(each))] if asked else []
    return [*lines, *(line for said in now_and_then(run) for line in wrapped(said))]


def _scripts(run: Run) -> list[str]:
    written = [each for each in run.reproductions if each.script is not None]
    without = [each for each in run.reproductions if each.script is None]
    lines = wrapped(f"{counted(len(written), 'script')}, one a failure, with Celery alone, in:") if written else []
    lines += wrapped(str(folder(Path(run.path))), indent=2) if written else []
    for each in without:
        lines += wrapped(f"no script for {each.clause} {each.play}: {each.because}")
    return lines


def _overruns(run: Run) -> list[str]:
    charts = survival.charts(run)
    if not charts:
        return []
    names = matrix.contestants(run)
    rows = [[each.name, *(_overrun(each, name) for name in names)] for each in charts]
    legend = (
        "p50/longest, past the promised end; <= where too few keys for a median; early: gone before their time; "
        "no end: outlived the watch; ! a promise was broken"
    )
    return ["Overrun of lives", *table(["life since", *names], rows, widest=LIFE), *wrapped(legend, hang=0)]


def _overrun(chart: survival.Chart, name: str) -> str:
    found = next((each for each in chart.curves if each.contestant == name), None)
    if found is None:
        return ""
    if not found.lives:
        return "raised"
    said = f"{found.early} early" if found.early else f"{found.endless} no end" if found.endless else _reach(found)
    return f"{said} !" if found.broken else said


def _reach(curve: survival.Curve) -> str:
    longest = duration(curve.longest_ns or 0)
    return f"<= {longest}" if curve.p50_ns is None else f"{duration(curve.p50_ns)}/{longest}"


def _bounds(run: Run) -> list[str]:
    found = bounds.lines(run)
    legend = (
        "accepted: the shortest life, to the longest; kept from: the shortest seen that ended in time, and none longer "
        "without an end; apart from: lives that differ by so much, or more, always end apart; <= >=: nothing beyond "
        "was asked for, or could be seen"
    )
    if not found:
        return []
    return ["Bounds of lives", *table(bounds.HEADS, [each.cells for each in found]), *wrapped(legend, hang=0)]


def _medians(run: Run) -> list[str]:
    groups = numbers.groups(run)
    if not groups:
        return []
    names = matrix.contestants(run)
    rows = [[f"{group.operation} {size(group.size)}", *(_median(group, name) for name in names)] for group in groups]
    legend = "struck: the operation broke its promise here; few: under 20 samples; ! not valid, see the report"
    return ["Median latency", *table(["operation", *names], rows), *wrapped(legend, hang=0)]


def _cost(run: Run) -> list[str]:
    if run.footer is None or not run.footer.cpu_ns:
        return []
    took, spent = dict(run.footer.timings_ns), run.footer.cpu_ns
    last = max(spent, key=lambda name: took.get(name, 0))
    said = f"It took {duration(took['total'])}; the last to be played was {last}, after {duration(took[last])}."
    by = ", ".join(f"{name} {duration(spent[name])}" for name in sorted(spent, key=spent.__getitem__, reverse=True))
    return [*wrapped(said, hang=0), *wrapped(f"CPU time by contestant, workers included: {by}.", hang=0)]


def _median(group: numbers.Group, name: str) -> str:
    found = next((each for each in group.numbers if each.measurement.contestant == name), None)
    if found is None:
        return ""
    if found.struck:
        return "struck"
    if found.p50_ns is None:
        return "few"
    return duration(found.p50_ns) if found.counts else f"{duration(found.p50_ns)} !"
