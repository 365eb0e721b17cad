"""One line of the table of figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """A figure: what was wanted, what was measured, and whether that is enough."""

    figure: str
    wanted: str
    measured: str
    kept: bool

    def __str__(self) -> str:
        return f"{self.figure:<60}  {self.wanted:<8}  {'kept' if self.kept else 'MISSED':<6}  {self.measured}"
