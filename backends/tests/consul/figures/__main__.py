"""The table of figures: all of them, or those asked for, measured in one run."""

from __future__ import annotations

import importlib.metadata
import sys
import time
import warnings

import click

from crisper.servers.parallel import Servers
from crisper_backends.consul.engine import ENGINE
from figures.races import races
from figures.speed import bare, mget, sets
from figures.storage import live, sessions
from figures.worker import worker


FIGURES = {each.__name__: each for each in (sets, mget, bare, sessions, races, worker, live)}


@click.command()
@click.argument("names", nargs=-1, metavar="[FIGURE]…", type=click.Choice(list(FIGURES)))
def main(names: tuple[str, ...]) -> None:
    """Measure and print; end with 1 where a figure was missed."""
    # Celery's own backend warns of the client that it uses.
    warnings.simplefilter("ignore", DeprecationWarning)
    missed = 0
    with Servers(say=click.echo) as servers:
        versions = (f"{name} {importlib.metadata.version(name)}" for name in ("celery", "python-consul2", "urllib3"))
        click.echo(f"Consul {servers.future(ENGINE).result().version}, {', '.join(versions)}")
        for name in names or FIGURES:
            began = time.monotonic()
            rows = list(FIGURES[name](servers))
            missed += sum(not row.kept for row in rows)
            click.echo("\n".join(map(str, rows)))
            click.echo(f"{name} took {time.monotonic() - began:.0f} s", err=True)
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
