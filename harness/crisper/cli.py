"""The `crisper` command: what can be done with a Run once it is written."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

import click

from crisper.commands import judge, listing, schema
from crisper.errors import HarnessError


class _Refusal(click.ClickException):
    exit_code = 4

    def show(self, file: Any = None) -> None:
        click.echo(f"crisper: {self.message}", err=True, file=file)


class _Commands(click.Group):
    """Our own commands, and those that packages of reports declare."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *entry_points(group="crisper.reports").names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        for entry in entry_points(group="crisper.reports", name=cmd_name) if own is None else ():
            loaded: click.Command = entry.load()
            return loaded
        return own

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HarnessError as error:
            raise _Refusal(str(error)) from error


@click.command(cls=_Commands)
@click.version_option(package_name="celery-crisper", prog_name="crisper")
def main() -> None:
    """Judge, show and compare Runs of Celery result backends."""


main.add_command(judge)
main.add_command(listing, "list")
main.add_command(schema)
