"""Commands on Runs that need the scenarios: judging again, and listing what is promised."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from crisper import registry, runs
from crisper.clauses import Clause, natural
from crisper.history import History
from crisper.judging import judged, known
from crisper.lasting import lasted
from crisper.reproduction import making
from crisper.reproduction.record import Reproduction
from crisper.runs import ContestantInfo, Record, Run, created, read
from crisper.scenario import Scenario
from crisper.verdicts import Verdict


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="the new Run (default: RUN-judged-ID.jsonl)")
@click.option(
    "--scenarios",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="a file of scenarios that no declared package holds; as often as needed",
)
def judge(run: Path, output: Path | None, files: tuple[Path, ...]) -> None:
    """Read the histories of RUN again with the checks of today, into a new Run that names its parent."""
    old = read(run)
    scenarios = registry.scenarios(*files)
    name = secrets.token_hex(4)
    target = output or run.with_name(f"{run.stem}-judged-{name}.jsonl")
    writer = created(target, "-o")
    records = _judged_again(old, name, scenarios)
    for record in records:
        writer.write(record)
    writer.close()
    making.write(target, [each for each in records if isinstance(each, Reproduction)])
    if old.cut:
        click.echo(f"crisper: {old.cut}", err=True)
    _tell_kept(old, scenarios)
    click.echo(target)


@click.command()
def schema() -> None:
    """Print the JSON Schema of one line of a Run."""
    click.echo(json.dumps(runs.schema(), indent=2))


@click.command()
def listing() -> None:
    """List the clauses, with the scenarios that play each; then those that none plays, and why."""
    scenarios = [each for each in registry.scenarios().values() if isinstance(each, Scenario)]
    clauses = {clause.id: clause for scenario in scenarios for clause in scenario.checks}
    for clause in sorted(clauses.values(), key=natural):
        playing = [each for each in scenarios if clause in each.checks]
        layers = sorted({layer for each in playing for layer in each.layers})
        _tell(clause, ", ".join(layers), ", ".join(each.id for each in playing))
    for silent in sorted(registry.unplayed(), key=lambda each: natural(each.clause)):
        _tell(silent.clause, "not played", silent.because)


def _tell(clause: Clause, where: str, how: str) -> None:
    click.echo(f"{clause.id:<4} {clause.level:<7} {where:<11} {clause.sentence}")
    click.echo(f"     {'':<7} {'':<11} {how}; source: {clause.source}")


def _tell_kept(old: Run, scenarios: Mapping[str, object]) -> None:
    """Say of which scenarios nobody here has the checks."""
    unknown = sorted({each.play.scenario for each in old.histories}.difference(scenarios))
    if unknown:
        kept = f"the verdicts of {', '.join(unknown)} were kept: no declared package has these scenarios"
        click.echo(f"crisper: {kept}; name their file with --scenarios", err=True)


def _judged_again(old: Run, name: str, scenarios: Mapping[str, object]) -> list[Record]:
    contestants = {each.name: each for each in old.contestants}
    verdicts: dict[tuple[str, str], Verdict] = {(str(each.play), each.clause): each for each in old.verdicts}
    for history in old.histories:
        for verdict in _again(history, scenarios.get(history.play.scenario), contestants):
            before = verdicts.get((str(history.play), verdict.clause))
            same = before is not None and before.finding.because == verdict.finding.because
            deviation = before.deviation if before is not None and same else None
            verdicts[str(history.play), verdict.clause] = msgspec.structs.replace(verdict, deviation=deviation)
    header = msgspec.structs.replace(old.header, run=name, parent=old.header.run)
    footer = [old.footer] if old.footer is not None else []
    commands = {each.play: each.command for each in old.reproductions}
    promises = {each.id: each.clauses for each in old.header.scenarios}
    numbers = [each for history in old.histories for each in lasted(history, promises.get(history.play.scenario, []))]
    again = making.reproductions(msgspec.structs.replace(old, verdicts=[*verdicts.values()]), commands)
    judgements: list[Record] = [*old.contestants, *old.histories, *verdicts.values()]
    return [header, *judgements, *old.measurements, *numbers, *again, *footer]


def _again(history: History, scenario: object, contestants: dict[str, ContestantInfo]) -> list[Verdict]:
    contestant = contestants.get(history.play.contestant)
    if not isinstance(scenario, Scenario) or contestant is None:
        return []
    return judged(history, scenario, known(contestant))
