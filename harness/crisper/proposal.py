"""What a file of known deviations would have to say after a Run, for somebody to read, complete and paste."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from crisper.gate import Ruling


HEAD = """\
# A proposal, made from Run {run}. Nothing reads this file: complete what says FILL IN, and paste it where it belongs.
# review_by lies in the past on purpose: an entry that nobody has looked at fails the gate.
"""
UPSTREAM = "FILL IN: the issue or the line of source that explains it"
REVIEW_BY = "2000-01-01  # FILL IN: the day on which to look at it again"

#: What differs from Run to Run: the keys of a playing, folders and numbers.
VARYING = re.compile(r"crisper-[0-9a-f]{8}[\w.-]*|/\S*crisper-\S*|\d+(?:\.\d+)?")


def proposal(run: str, rulings: Iterable[Ruling], *, files: Mapping[str, str], stale: Iterable[str]) -> str:
    """Return an entry for every failure that nothing explains, and what to delete; `files` is by contestant."""
    new = [each for each in rulings if each.standing == "nonconformance" and each.verdict.finding.word == "fail"]
    passing = [each for each in rulings if each.standing == "nonconformance" and each.verdict.finding.word == "pass"]
    delete = [*dict.fromkeys([*stale, *(f"{each.verdict.clause} {each.says}" for each in passing)])]
    parts = [
        HEAD.format(run=run),
        *(_remark(f"To delete or change: {line}") + "\n" for line in delete),
        *_entries(new, files),
    ]
    return "\n".join(parts if len(parts) > 1 else [*parts, "# Nothing to change.\n"])


def message(because: str) -> str:
    """Return a regular expression that a reason matches, and the same reason in another Run."""
    pieces = VARYING.split(because)
    varying = [r"[\d.]+" if each[0].isdigit() else r"\S+" for each in VARYING.findall(because)]
    text = re.escape(pieces[0]).replace(r"\ ", " ")
    for between, piece in zip(varying, pieces[1:], strict=True):
        text += between + re.escape(piece).replace(r"\ ", " ")
    return text


def _entries(new: list[Ruling], files: Mapping[str, str]) -> Iterator[str]:
    groups: dict[tuple[str, str, str, str], list[Ruling]] = {}
    for each in new:
        play = each.verdict.play
        key = (play.contestant, each.verdict.clause, play.scenario, message(each.verdict.finding.because))
        groups.setdefault(key, []).append(each)
    for (contestant, clause, scenario, pattern), alike in groups.items():
        others = [each for each in new if _cell(each) == (contestant, clause, scenario)]
        layers = [""] if len(alike) == len(others) > 1 else [each.verdict.play.layer for each in alike]
        for layer in layers:
            yield "\n".join(_entry(alike[0], files.get(contestant, "a new file"), pattern, layer))


def _cell(one: Ruling) -> tuple[str, str, str]:
    return one.verdict.play.contestant, one.verdict.clause, one.verdict.play.scenario


def _entry(one: Ruling, file: str, pattern: str, layer: str) -> Iterator[str]:
    yield _remark(f"For {file}. Seen: {one.says}")
    yield "[[deviation]]"
    for name, value in zip(("backend", "clause", "scenario"), _cell(one), strict=True):
        yield f"{name} = {_text(value)}"
    yield f"message = {_text(pattern)}"
    yield f"upstream = {_text(UPSTREAM)}"
    yield f"review_by = {REVIEW_BY}"
    if layer:
        yield f"layer = {_text(layer)}"
    yield ""


def _remark(text: str) -> str:
    """Return a TOML comment, which holds no control characters."""
    return "# " + "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in " ".join(text.split())
    )


def _text(value: str) -> str:
    """Return a TOML string: literal where it can be, since a regular expression reads better so."""
    return f"'{value}'" if "\\" in value and "'" not in value and value.isprintable() else json.dumps(value)
