"""What a check found: one word, why, and the Ops that show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from crisper.clauses import Level
from crisper.history import Play


Word = Literal["pass", "fail", "unknown", "unsupported", "inapplicable", "error"]

#: From the least to the most telling: merging keeps the latest of these.
SEVERITY: tuple[Word, ...] = ("inapplicable", "unsupported", "pass", "unknown", "error", "fail")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check says of one History. `evidence` holds Op numbers; `margin_ns` is by how much time decided."""

    word: Word
    because: str
    evidence: list[int] = []
    margin_ns: int | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="verdict"):
    """A Finding on one clause in one playing; `deviation` is the known one that expects it, by its place in a file."""

    play: Play
    clause: str
    level: Level
    finding: Finding
    deviation: str | None = None


def passed(because: str) -> Finding:
    """Return a Finding that the promise was kept."""
    return Finding(word="pass", because=because)


def failed(because: str, *evidence: int, margin_ns: int | None = None) -> Finding:
    """Return a Finding that the promise was broken, shown by these Ops."""
    return Finding(word="fail", because=because, evidence=list(evidence), margin_ns=margin_ns)


def undecided(because: str, *evidence: int) -> Finding:
    """Return a Finding that nothing can be said for certain."""
    return Finding(word="unknown", because=because, evidence=list(evidence))


def merged(findings: Iterable[Finding]) -> Finding:
    """Return the most severe of the findings; the first of them where several are."""
    return max(findings, key=lambda finding: SEVERITY.index(finding.word))
