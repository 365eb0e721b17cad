"""Quantities as a person reads them, to three significant digits."""

from __future__ import annotations

from collections.abc import Sequence


_TIMES = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))
_DAY = 86_400 * 1_000_000_000
_SIZES = ((1024 * 1024, "MiB"), (1_000_000, "MB"), (1024, "KiB"), (1_000, "kB"))


def duration(ns: int) -> str:
    """Return a duration in the largest unit that it reaches."""
    for scale, unit in _TIMES:
        if abs(ns) >= scale:
            return f"{_significant(ns / scale) if ns % scale else ns // scale} {unit}"
    return f"{ns} ns"


def span(ns: int) -> str:
    """Return a length of time exactly, in days where it is a whole number of them, else in seconds or less."""
    if ns >= _DAY and ns % _DAY == 0:
        return f"{ns // _DAY:,} d"
    scale, unit = next((each for each in _TIMES if ns >= each[0]), _TIMES[-1])
    return f"{ns / scale:.10g} {unit}"


def size(count: int) -> str:
    """Return a number of bytes in the unit that it is a whole number of."""
    for scale, unit in _SIZES:
        if count and count % scale == 0:
            return f"{count // scale} {unit}"
    return f"{count} B"


def ratio(value: float) -> str:
    """Return a ratio as so many times."""
    return f"{_significant(value)}\N{MULTIPLICATION SIGN}"


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them: a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it takes one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _significant(value: float) -> str:
    digits = max(0, 2 - (len(str(int(abs(value)))) - 1))
    return f"{value:.{digits}f}"
