"""What is shown and written as soon as a Run has ended."""

from __future__ import annotations

from pathlib import Path

from crisper import runs
from crisper_reports.render import write
from crisper_reports.summary import summary


def closed(run: Path) -> tuple[Path, list[str]]:
    """Write the report beside a Run; return where it is, and the lines of its summary."""
    target = run.with_suffix(".html")
    write(run, target)
    return target, summary(runs.read(run)).splitlines()
