"""What is shown and written as soon as a Run has ended."""

from __future__ import annotations

from pathlib import Path

from crisper import runs
from crisper_reports.markdown import append
from crisper_reports.render import write
from crisper_reports.summary import summary


def closed(run: Path) -> tuple[Path, list[str]]:
    """Write the report beside a Run, and what a build's page asks for; return where it is, and its summary's lines."""
    target = run.with_suffix(".html")
    write(run, target)
    read = runs.read(run)
    trouble = append(read)
    return target, [*summary(read).splitlines(), *([trouble] if trouble else [])]
