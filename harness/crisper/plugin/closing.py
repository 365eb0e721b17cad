"""The end of a session: the report beside the Run, and the newest of both under a fixed name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

from crisper.errors import HarnessError


def closed(run: Path, *, linked: bool) -> Iterator[str]:
    """Write the report of a Run by whatever package offers one; yield the lines to show."""
    files = [run]
    for entry in entry_points(group="crisper.closing"):
        try:
            report, lines = entry.load()(run)
        except Exception as error:  # noqa: BLE001 - whose report it is, is not ours; the verdicts stand without it
            yield f"no report: {error if isinstance(error, HarnessError | ImportError) else repr(error)}"
            continue
        files.append(report)
        yield from lines
    for file in files:
        if linked:
            _link(file)
    yield ""
    for label, file in zip(("Run:   ", "Report:"), files, strict=False):
        yield f"{label} {file}"


def _link(file: Path) -> None:
    latest = file.with_name(f"latest{file.suffix}")
    fresh = file.with_name(f".{file.name}.link")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(file.name)
    fresh.replace(latest)
