"""What a Run keeps of a reproduction."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from crisper.history import Play


class Reproduction(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="reproduction"):
    """A script that shows one failure again, and the command that plays the whole playing again.

    `script` is None where no script can show it; `because` then says why.
    """

    play: Play
    clause: str
    command: str
    script: str | None = None
    because: str = ""

    @property
    def file(self) -> str:
        """The script's name: clause, scenario, layer and contestant."""
        play = self.play
        name = re.sub(r"[^\w.-]", "_", f"{self.clause}-{play.scenario}-{play.layer}-{play.contestant}")
        return f"{name}.py"


def folder(run: Path) -> Path:
    """Return where the scripts of a Run stand."""
    return run.with_suffix("") / "repro"


class UnsayableError(Exception):
    """A failure, or a part of it, cannot be put into a script; the text says what and why."""
