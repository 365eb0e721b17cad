"""What `crisper` can be asked about Runs: report, summary, findings, diff and steady."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from crisper import runs
from crisper_reports import diff as comparing
from crisper_reports import summary as summing
from crisper_reports.document import document
from crisper_reports.findings import findings as found
from crisper_reports.markdown import markdown
from crisper_reports.render import write
from crisper_reports.steady import steady as compared


_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("run", type=_PATH)
@click.option("-o", "--output", type=_PATH, metavar="FILE", help="Where to write; by default RUN with .html.")
def report(run: Path, output: Path | None) -> None:
    """Write one self-contained page about RUN, and print its path."""
    click.echo(write(run, output or run.with_suffix(".html")))
    if cut := runs.read(run).cut:
        click.echo(f"crisper: {cut}", err=True)


@click.command()
@click.argument("run", type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="The documented JSON instead of a table.")
@click.option("--markdown", "as_markdown", is_flag=True, help="GitHub's Markdown, for a build's page.")
def summary(run: Path, *, as_json: bool, as_markdown: bool) -> None:
    """Say in a terminal what RUN found."""
    if as_json and as_markdown:
        message = "--json and --markdown exclude each other"
        raise click.UsageError(message)
    read = runs.read(run)
    if as_markdown:
        click.echo(markdown(read), nl=False)
    else:
        click.echo(json.dumps(document(read), indent=2) if as_json else summing.summary(read))


@click.command()
@click.argument("run", type=_PATH)
def findings(run: Path) -> None:
    """Print what each contestant of RUN breaks, with scripts and links, as a page of Markdown to be published."""
    click.echo(found(runs.read(run)), nl=False)


@click.command()
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
def diff(old: Path, new: Path) -> None:
    """Say what changed from OLD to NEW: verdicts, then numbers where they may be compared."""
    click.echo(comparing.diff(runs.read(old), runs.read(new)))


@click.command()
@click.argument("paths", type=_PATH, nargs=-1, required=True, metavar="RUN...")
def steady(paths: tuple[Path, ...]) -> None:
    """Say which verdicts were not the same in all RUNs; end with 1 where no deviation says that they need not be."""
    found = compared([runs.read(path) for path in paths])
    click.echo(found.text)
    sys.exit(bool(found.shaky))
