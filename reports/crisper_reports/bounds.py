"""Between which bounds lives may lie, and how finely they are told apart: a line for each contestant and layer."""

from __future__ import annotations

import msgspec

from crisper.measurements import Bounds
from crisper.runs import Run
from crisper_reports import matrix
from crisper_reports.units import span


HEADS = ("contestant", "layer", "accepted", "to", "kept from", "apart from")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found, in words; `notes` say why nothing beyond was accepted, and what could not be decided."""

    contestant: str
    layer: str
    accepted: str
    kept: str
    longest: str
    apart: str
    notes: list[str]

    @property
    def cells(self) -> list[str]:
        """The line as a table has it, by `HEADS`."""
        return [self.contestant, self.layer, self.accepted, self.longest, self.kept, self.apart]


def lines(run: Run) -> list[Line]:
    """Return a line for each search of a Run, contestants in the Run's order; layers that are alike share one."""
    found: list[Line] = []
    for name in matrix.contestants(run):
        for line in (_line(one) for one in run.bounds if one.contestant == name):
            alike = [one for one in found if _alike(one, line)]
            found = [one for one in found if one not in alike]
            layers = ", ".join(one.layer for one in [*alike, line])
            found.append(msgspec.structs.replace(line, layer=layers))
    return found


def _alike(one: Line, other: Line) -> bool:
    return one.contestant == other.contestant and one.cells[2:] == other.cells[2:]


def _line(one: Bounds) -> Line:
    return Line(
        contestant=one.contestant,
        layer=one.layer,
        accepted="nothing" if one.shortest_ns is None else f"{'' if one.below else '<= '}{span(one.shortest_ns)}",
        kept=_kept(one),
        longest="" if one.longest_ns is None else f"{'' if one.above else '>= '}{span(one.longest_ns)}",
        apart=_apart(one),
        notes=_notes(one),
    )


def _kept(one: Bounds) -> str:
    if one.kept_ns is None:
        return "none"
    refused = one.kept_ns == one.shortest_ns and one.below
    return span(one.kept_ns) if refused or one.unkept_ns is not None else f"<= {span(one.kept_ns)}"


def _apart(one: Bounds) -> str:
    if one.step_ns is None:
        return "?"
    return span(one.step_ns) if one.same_ns is not None else f"<= {span(one.step_ns)}"


def _notes(one: Bounds) -> list[str]:
    endless = one.watched - one.ended
    beyond = {"shorter": one.below, "longer": one.above}
    if one.below == one.above:
        beyond = {"shorter or longer": one.below}
    return [
        *(f"{which}: {refusal}" for which, refusal in beyond.items() if refusal),
        *([f"{endless} of {one.watched} lives outlived the watch"] if endless else []),
    ]
