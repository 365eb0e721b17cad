"""What a Run comes to, in a sentence or two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from crisper.runs import Run
from crisper.verdicts import Word
from crisper_reports.matrix import Cell, Row, contestants
from crisper_reports.units import counted, listed


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How one contestant came out: the clauses that it broke, missed (a should) or lacks, and what is still open.

    `failure` says why it never took part; `known` is whether every broken must was expected; `skipped` are the clauses
    that it claims and that were, in one playing at least, neither kept nor broken: then it is *partial*.
    """

    contestant: str
    tally: dict[Word, int]
    broken: list[str]
    known: bool
    missed: list[str]
    lacking: list[str]
    undecided: list[str]
    missing: int
    skipped: list[str] = []
    failure: str | None = None

    @property
    def absent(self) -> bool:
        """Whether nothing at all was judged here."""
        return not self.tally

    @property
    def whole(self) -> bool:
        """Whether everything that was planned was judged, and no must was broken or left undecided."""
        return not (self.absent or self.broken or self.undecided or self.missing)


def standings(run: Run, rows: list[Row]) -> list[Standing]:
    """Return how each contestant came out, in the Run's order."""
    failures = {each.name: each.failure for each in run.contestants}
    return [_standing(run, rows, name, failures.get(name)) for name in contestants(run)]


def headline(run: Run, found: list[Standing]) -> str:
    """Return one sentence: who keeps every must, who breaks how many, and of whom it cannot be said."""
    judged = [each for each in found if not each.absent]
    whole = [each.contestant for each in judged if each.whole]
    open_ = [each.contestant for each in judged if not (each.whole or each.broken)]
    said = [f"{listed(whole)} {_verb(whole, 'keep')} every must asked of {_verb(whole, 'them')}"] if whole else []
    said += [f"{each.contestant} breaks {counted(len(each.broken), 'must')}" for each in judged if each.broken]
    said += [f"{listed(open_)} {_verb(open_, 'are')} not settled"] if open_ else []
    text = "; ".join(said) or "nothing was judged in this Run"
    return f"{text}." if run.complete else f"This Run was cut off. So far, {text}."


def sentences(found: list[Standing]) -> list[str]:
    """Return what stands behind the headline, clause by clause."""
    return [
        *(_broken(each) for each in found if each.broken),
        *_alike(found, lambda each: each.missed, "{} {} the should {}.", "miss"),
        *_alike(found, lambda each: each.undecided, "On {} nothing certain can be said{} of {}.", ""),
        *_alike(found, lambda each: each.lacking, "{} {} not claim what {} asks for.", "do"),
        *partly(found),
        *(_absence(each) for each in found if each.absent),
    ]


def partly(found: list[Standing]) -> list[str]:
    """Return who took part, but was not asked, or did not settle, everything that it claims."""
    return _alike(
        [each for each in found if not each.absent], lambda each: each.skipped, "{} {} partial: {} not settled.", "are"
    )


def _standing(run: Run, rows: list[Row], name: str, failure: str | None) -> Standing:
    judged = [row for row in rows if row.level != "observe"]
    cells = {row.clause.id: cell for row in judged for cell in row.cells if cell.contestant == name}
    words = {id_: cell.stand.word for id_, cell in cells.items() if cell.stand}
    musts = [row.clause.id for row in rows if row.level == "must"]
    shoulds = [row.clause.id for row in rows if row.level == "should"]
    broken = _worded(words, musts, "fail")
    return Standing(
        contestant=name,
        tally=dict(Counter(words.values())),
        broken=broken,
        known=all(_known(cells[each]) for each in broken),
        missed=_worded(words, shoulds, "fail"),
        lacking=_worded(words, musts, "unsupported"),
        undecided=_worded(words, musts, "unknown", "error"),
        missing=len([play for play in run.missing if play.contestant == name]),
        skipped=[row.clause.id for row in rows if _claimed(run, row, name) and _skipped(cells.get(row.clause.id))],
        failure=failure,
    )


def _claimed(run: Run, row: Row, name: str) -> bool:
    claims = next((each.claims for each in run.contestants if each.name == name), [])
    return row.level != "observe" and (row.clause.needs is None or row.clause.needs in claims)


def _skipped(cell: Cell | None) -> bool:
    if cell is None:
        return False
    return bool(cell.missing) or any(each.verdict.finding.word in ("unknown", "error") for each in cell.playings)


def _worded(words: dict[str, Word], ids: Iterable[str], *wanted: Word) -> list[str]:
    return [id_ for id_ in ids if words.get(id_) in wanted]


def _known(cell: Cell) -> bool:
    return cell.stand is not None and cell.stand.known


def _broken(one: Standing) -> str:
    known = " (known)" if one.known else ""
    return f"{one.contestant} breaks {listed(one.broken)}{known}."


def _alike(found: list[Standing], clauses: Callable[[Standing], list[str]], form: str, verb: str) -> list[str]:
    together: dict[tuple[str, ...], list[str]] = {}
    for each in found:
        together.setdefault(tuple(clauses(each)), []).append(each.contestant)
    return [form.format(listed(names), _verb(names, verb), listed(ids)) for ids, names in together.items() if ids]


def _absence(one: Standing) -> str:
    return f"{one.contestant} never took part: {one.failure}." if one.failure else f"{one.contestant} was not judged."


_SINGULAR = {"keep": "keeps", "are": "is", "miss": "misses", "do": "does", "them": "it"}


def _verb(names: list[str], plural: str) -> str:
    return _SINGULAR.get(plural, plural) if len(names) == 1 else plural
