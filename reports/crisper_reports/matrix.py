"""Clause by contestant: what was found, merged over layers and playings."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from crisper.clauses import Clause, Layer, Level
from crisper.deviations import Deviation
from crisper.history import Play
from crisper.runs import Run
from crisper.verdicts import Verdict, Word, merged


class Playing(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict with the known deviation that expects it, if there is one."""

    verdict: Verdict
    deviation: Deviation | None = None

    @property
    def known(self) -> bool:
        """Whether this is a failure that was expected."""
        return self.verdict.finding.word == "fail" and self.verdict.deviation is not None


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """The word that one or more layers of a cell have in common; `known` where every failure in it was expected."""

    word: Word
    known: bool
    layers: list[Layer]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """All that a Run says of one clause on one contestant; `missing` was planned and left no verdict."""

    clause: str
    contestant: str
    stands: list[Stand]
    playings: list[Playing]
    missing: list[Play]

    @property
    def key(self) -> str:
        """What names this cell within its page."""
        return f"{self.clause}/{self.contestant}"

    @property
    def stand(self) -> Stand | None:
        """The whole cell as one word, where anything was judged."""
        return _stand(self.playings, [layer for stand in self.stands for layer in stand.layers])


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One clause, its level in this Run, and its cell for each contestant, in the order of `contestants`."""

    clause: Clause
    level: Level
    cells: list[Cell]


def contestants(run: Run) -> list[str]:
    """Return the name of everyone who was planned for or left a trace, in the order of the plan."""
    introduced = [each.name for each in run.contestants]
    planned = [each.contestant for each in run.header.plan]
    judged = [each.play.contestant for each in run.verdicts]
    measured = [each.contestant for each in run.measurements]
    watched = [each.contestant for each in run.lifetimes]
    return list(dict.fromkeys([*planned, *introduced, *judged, *measured, *watched]))


def rows(run: Run) -> list[Row]:
    """Return a row for each clause that was planned or judged, by letter and number."""
    clauses = {clause.id: clause for clause in run.header.clauses}
    promised = {each.id: each.clauses for each in run.header.scenarios}
    planned = {id_ for play in run.header.plan for id_ in promised.get(play.scenario, [])}
    judged = {verdict.clause for verdict in run.verdicts}
    return [_row(run, clauses.get(id_) or _unlisted(id_), promised) for id_ in sorted(planned | judged, key=_natural)]


def _row(run: Run, clause: Clause, promised: dict[str, list[str]]) -> Row:
    found = [each for each in run.verdicts if each.clause == clause.id]
    absent = [play for play in run.missing if clause.id in promised.get(play.scenario, [])]
    cells = [_cell(run, clause.id, name, found, absent) for name in contestants(run)]
    return Row(clause=clause, level=found[0].level if found else clause.level, cells=cells)


def _cell(run: Run, clause: str, contestant: str, found: list[Verdict], absent: list[Play]) -> Cell:
    playings = [_playing(run, each) for each in found if each.play.contestant == contestant]
    return Cell(
        clause=clause,
        contestant=contestant,
        stands=_stands(playings),
        playings=playings,
        missing=[play for play in absent if play.contestant == contestant],
    )


def _playing(run: Run, verdict: Verdict) -> Playing:
    known = (each for one in run.contestants if one.name == verdict.play.contestant for each in one.deviations)
    return Playing(verdict=verdict, deviation=next((each for each in known if each.place == verdict.deviation), None))


def _stands(playings: list[Playing]) -> list[Stand]:
    layers = dict.fromkeys(each.verdict.play.layer for each in playings)
    each_layer = [_stand([one for one in playings if one.verdict.play.layer == layer], [layer]) for layer in layers]
    by_word: dict[tuple[Word, bool], Stand] = {}
    for stand in filter(None, each_layer):
        alike = by_word.get((stand.word, stand.known))
        shared = [*alike.layers, *stand.layers] if alike else stand.layers
        by_word[stand.word, stand.known] = msgspec.structs.replace(stand, layers=shared)
    # That a layer has no meaning here is worth a word only where no other layer says anything.
    return [each for each in by_word.values() if each.word != "inapplicable" or len(by_word) == 1]


def _stand(playings: Iterable[Playing], layers: list[Layer]) -> Stand | None:
    together = list(playings)
    if not together:
        return None
    word = merged(each.verdict.finding for each in together).word
    failures = [each for each in together if each.verdict.finding.word == "fail"]
    return Stand(word=word, known=bool(failures) and all(each.known for each in failures), layers=layers)


def _unlisted(id_: str) -> Clause:
    return Clause(id=id_, sentence="(a clause that this Run's header does not describe)", level="must", source="")


def _natural(id_: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", id_)]
