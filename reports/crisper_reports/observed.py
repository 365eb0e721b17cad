"""What was measured of clauses that are shown and never failed."""

from __future__ import annotations

from collections.abc import Iterable

from crisper.clauses import Level
from crisper.verdicts import Word
from crisper_reports.matrix import Playing, Row


#: What stands in place of kept or broken where neither is meant.
SEEN = "seen"


def shown(word: Word, level: Level) -> str:
    """Return the word that is shown of a verdict."""
    return SEEN if level == "observe" and word in ("pass", "fail") else word


def observed(rows: Iterable[Row]) -> list[tuple[Row, list[Playing]]]:
    """Return each clause that is only observed, with the playings in which something was measured."""
    measured = [(row, [one for cell in row.cells for one in cell.playings if _measured(one)]) for row in rows]
    return [(row, playings) for row, playings in measured if row.level == "observe" and playings]


def _measured(playing: Playing) -> bool:
    return playing.verdict.finding.word in ("pass", "fail")
