"""Text that fits a terminal of 80 columns and cannot steer it."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence


WIDTH = 80
#: A cell is cut to this.
NAME = 18
#: So wide may be what a life was counted from.
LIFE = 38


def plain(text: str) -> str:
    """Return text without what a terminal would obey: control characters, and what reorders or hides others."""
    spaced = " ".join(text.split())
    return "".join("�" if unicodedata.category(each) in ("Cc", "Cf", "Cs") else each for each in spaced)


def wrapped(text: str, *, indent: int = 0, hang: int = 2) -> list[str]:
    """Return a paragraph as lines of at most 80 columns."""
    first, rest = " " * indent, " " * (indent + hang)
    wrapper = textwrap.TextWrapper(WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return wrapper.wrap(plain(text)) or [first.rstrip()]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, widest: int = NAME) -> list[str]:
    """Return a table, its columns dealt out to as many blocks as 80 columns need; the first column is in each."""
    cells = [[_cut(plain(cell), widest) for cell in row] for row in [heads, *rows]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines: list[str] = []
    for block in _blocks(widths):
        lines += [""] if lines else []
        lines += ["  ".join(row[each].ljust(widths[each]) for each in block).rstrip() for row in cells]
    return lines


def _blocks(widths: list[int]) -> Iterator[list[int]]:
    block, used = [0], widths[0]
    for index, width in enumerate(widths[1:], 1):
        if len(block) > 1 and used + 2 + width > WIDTH:
            yield block
            block, used = [0], widths[0]
        block, used = [*block, index], used + 2 + width
    yield block


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"
