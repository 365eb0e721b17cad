"""The Ops behind the verdicts, cut to what a page can carry."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from crisper.history import History, Op, Play
from crisper.runs import Run
from crisper.values import shown
from crisper_reports.units import duration


#: Rows of Ops on the whole page, at most for a playing that broke something, and at most for any other.
PAGE_ROWS, TELLING_ROWS, QUIET_ROWS = 4_000, 200, 60
OBSERVATIONS = 40
KEYS = 3
VALUE, KEY, TEXT = 96, 72, 400


def histories(run: Run) -> dict[Play, dict[str, Any]]:
    """Return each playing's Ops and Observations as the page's JSON, the evidence first to be kept."""
    marks = _marks(run)
    limits = _limits(run, marks)
    return {
        each.play: {
            "ops": _rows(each, marks.get(each.play, frozenset()), limits[each.play]),
            "total": len(each.ops),
            "observations": [_seen(each, *one) for one in _observed(each)],
            "observed": len(each.observations),
            "broken": each.broken,
        }
        for each in run.histories
    }


def _marks(run: Run) -> dict[Play, frozenset[int]]:
    marks: dict[Play, frozenset[int]] = {}
    for each in run.verdicts:
        marks[each.play] = marks.get(each.play, frozenset()) | set(each.finding.evidence)
    return marks


def _limits(run: Run, marks: dict[Play, frozenset[int]]) -> dict[Play, int]:
    open_ = {each.play for each in run.verdicts if each.finding.word in ("fail", "error", "unknown")}
    telling = {each.play for each in run.histories if each.play in open_ or marks.get(each.play)}
    limit = _share(PAGE_ROWS * 3 // 4, len(telling), TELLING_ROWS)
    spent = sum(min(limit, len(each.ops)) for each in run.histories if each.play in telling)
    quiet = _share(PAGE_ROWS - spent, len(run.histories) - len(telling), QUIET_ROWS)
    return {each.play: limit if each.play in telling else quiet for each in run.histories}


def _share(rows: int, among: int, most: int) -> int:
    return max(4, min(most, rows // max(1, among)))


def _rows(history: History, marks: frozenset[int], limit: int) -> list[list[Any]]:
    kept = _nearest([op.seq in marks for op in history.ops], limit)
    gaps = [here - before - 1 for before, here in zip([-1, *kept], kept, strict=False)]
    return [_row(history, history.ops[here], gap) for here, gap in zip(kept, gaps, strict=True)]


def _nearest(marked: list[bool], limit: int) -> list[int]:
    """Return which of the Ops to keep: the marked ones, then the closest to them, in order."""
    centres = [index for index, mark in enumerate(marked) if mark] or [0]

    def distance(index: int) -> int:
        at = bisect_left(centres, index)
        return min(abs(index - centre) for centre in centres[max(0, at - 1) : at + 1])

    return sorted(sorted(range(len(marked)), key=distance)[:limit])


def _row(history: History, op: Op, gap: int) -> list[Any]:
    keys = [shown(key, limit=KEY) for key in op.keys[:KEYS]]
    more = [f"and {len(op.keys) - KEYS} more"] if len(op.keys) > KEYS else []
    return [
        op.seq,
        f"{op.client} · {op.process}",
        op.call if op.phase == "steady" else f"{op.call} ({op.phase})",
        ", ".join([*keys, *more]),
        _input(op),
        "" if op.output is None and op.outcome != "ok" else shown(op.output, limit=VALUE),
        op.outcome,
        op.failure[:TEXT] if op.error else "",
        _after(history, op.called_ns),
        duration(op.returned_ns - op.called_ns),
        gap,
    ]


def _input(op: Op) -> str:
    said = [] if op.input is None else [shown(op.input, limit=VALUE)]
    said += [] if op.expires_ns is None else [f"expires {duration(op.expires_ns)}"]
    return ", ".join(said)


def _observed(history: History) -> list[tuple[str, int, dict[str, Any]]]:
    return [(each.kind, each.at_ns, each.data) for each in history.observations[:OBSERVATIONS]]


def _seen(history: History, kind: str, at_ns: int, data: dict[str, Any]) -> list[str]:
    return [kind, _after(history, at_ns), ", ".join(f"{name}: {shown(value)}" for name, value in data.items())]


def _after(history: History, at_ns: int) -> str:
    return f"{(at_ns - history.started_ns) / 1_000_000:,.3f}"
