"""A reproduction for every failure of a Run, and where the scripts stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from crisper.errors import RunError
from crisper.history import Play
from crisper.reproduction.record import Reproduction, UnsayableError, folder
from crisper.reproduction.script import Told, script
from crisper.runs import Run
from crisper.verdicts import Verdict


def reproductions(run: Run, commands: Mapping[Play, str]) -> Iterator[Reproduction]:
    """Yield a reproduction for every `fail` in a Run, known or not; `commands` play one playing again."""
    for verdict in run.verdicts:
        if verdict.finding.word == "fail":
            yield _reproduction(run, verdict, commands.get(verdict.play, ""))


def write(run: Path, found: list[Reproduction]) -> None:
    """Write the scripts beside a Run.

    Raises RunError where the disk refuses it.
    """
    try:
        for each in found:
            if each.script is not None:
                folder(run).mkdir(parents=True, exist_ok=True)
                (folder(run) / each.file).write_text(each.script, encoding="utf-8")
    except OSError as error:
        message = f"cannot write the reproductions of {run}: {error.strerror}"
        raise RunError(message) from error


def _reproduction(run: Run, verdict: Verdict, command: str) -> Reproduction:
    try:
        text, because = _script(run, verdict), ""
    except UnsayableError as error:
        text, because = None, str(error)
    return Reproduction(play=verdict.play, clause=verdict.clause, command=command, script=text, because=because)


def _script(run: Run, verdict: Verdict) -> str:
    history = next((each for each in run.histories if each.play == verdict.play), None)
    contestant = next((each for each in run.contestants if each.name == verdict.play.contestant), None)
    if history is None or contestant is None:
        message = "the calls of this playing are not in the Run"
        raise UnsayableError(message)
    promises = {each.id: each.sentence for each in run.header.clauses}
    scenarios = {each.id: each.sentence for each in run.header.scenarios}
    told = Told(
        clause=verdict.clause,
        promise=promises.get(verdict.clause, ""),
        scenario=scenarios.get(verdict.play.scenario, verdict.play.scenario),
    )
    return script(history, verdict.finding, contestant, told)
