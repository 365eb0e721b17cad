"""What is shown and written as soon as a Run has ended."""

from __future__ import annotations

from pathlib import Path

from crisper import runs
from crisper_reports.render import html
from crisper_reports.summary import summary


def closed(run: Path) -> tuple[Path, list[str]]:
    """Write the report beside a Run; return where it is, and the lines of its summary."""
    read = runs.read(run)
    target = run.with_suffix(".html")
    target.write_text(html(read), encoding="utf-8", errors="replace")
    return target, summary(read).splitlines()
