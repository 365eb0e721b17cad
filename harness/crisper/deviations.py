"""Failures that are known, dated and expected, read from a TOML file beside the backend."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Literal

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from crisper.errors import DeviationError


class Deviation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One known failure.

    `message` is a regular expression that the reason must match; `celery` and `engine` are version specifiers outside
    of which it is not expected, `layer` narrows it to one layer; `review_by` is the last day on which it is believed.
    `place` is file and line, filled in on reading.
    """

    backend: str
    clause: str
    scenario: str
    message: str
    upstream: str
    review_by: dt.date
    celery: str = ""
    engine: str = ""
    layer: Literal["", "kv", "result", "task"] = ""
    intermittent: bool = False
    place: str = ""

    def covers(self, *, celery: str, engine: str) -> bool:
        """Whether these versions are among those that it is known of."""
        return _within(self.celery, celery) and _within(self.engine, engine)

    def explains(self, because: str) -> bool:
        """Whether this is the failure that was expected, by its reason."""
        return re.search(self.message, because) is not None


_START = re.compile(r"\s*\[\[\s*deviation\s*\]\]")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    deviation: list[Deviation] = []


def known(path: Path, backend: str) -> list[Deviation]:
    """Return the deviations that a file holds for one backend; none where there is no such file.

    Raises DeviationError naming file, line and field.
    """
    return [each for each in all_of(path) if each.backend == backend]


def all_of(path: Path) -> list[Deviation]:
    """Return every deviation that a file holds, whichever backend it names; none where there is no such file.

    Raises DeviationError naming file, line and field.
    """
    if not path.exists():
        return []
    text = path.read_text()
    try:
        found = msgspec.toml.decode(text, type=_File).deviation
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        message = f"{path.parent.name}/{path.name}: {error}"
        raise DeviationError(message, hint="see CONTRIBUTING.md for the fields of a deviation") from error
    starts = [number for number, line in enumerate(text.splitlines(), 1) if _START.match(line)]
    placed = [
        msgspec.structs.replace(each, place=f"{path.parent.name}/{path.name}:{line}")
        for each, line in zip(found, starts, strict=True)
    ]
    for each in placed:
        _validate(each)
    return placed


def _validate(deviation: Deviation) -> None:
    try:
        re.compile(deviation.message)
        SpecifierSet(deviation.celery)
        SpecifierSet(deviation.engine)
    except (re.error, InvalidSpecifier) as error:
        message = f"{deviation.place}: {error}"
        raise DeviationError(
            message, hint="message is a regular expression; celery and engine are specifiers"
        ) from error


def _within(specifier: str, version: str) -> bool:
    return not specifier or SpecifierSet(specifier).contains(version, prereleases=True)
