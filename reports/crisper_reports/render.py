"""One self-contained HTML file from a Run."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crisper import runs
from crisper.errors import RunError
from crisper.runs import Run
from crisper_reports import observed, units, view


PAGE = Path(__file__).parent / "page"

#: What each verdict word means, for the reader of a page.
LEGEND = (
    ("pass", "the promise was kept in every playing"),
    ("fail", "broken: the Ops show it"),
    (observed.SEEN, "measured, shown in words, and never failed"),
    ("unknown", "could not be decided: a lag, a time-out, a crashed check"),
    ("unsupported", "not claimed, and seen not to work"),
    ("inapplicable", "has no meaning here: no such layer"),
    ("error", "the harness or a server failed us; the backend is not blamed"),
)


def write(path: Path, target: Path) -> Path:
    """Write the page of the Run in a file, and return where it stands.

    Raises RunError where there is no Run to read, or the page cannot be written there.
    """
    page = html(runs.read(path))
    hint = "choose another file with -o"
    if target.resolve() == path.resolve():
        message = f"the report would overwrite the Run {path}"
        raise RunError(message, hint=hint)
    try:
        target.write_text(page, encoding="utf-8", errors="replace")
    except OSError as error:
        message = f"cannot write the report {target}: {error.strerror}"
        raise RunError(message, hint=hint) from error
    return target


def html(run: Run) -> str:
    """Return the page of a Run; it asks the network for nothing, and its own policy forbids it to."""
    template = _environment().get_template("page.html.jinja")
    style, script = _asset("page.css"), _asset("page.js")
    policy = f"default-src 'none'; img-src data:; style-src {_digest(style)}; script-src {_digest(script)}"
    found = view.page(run)
    return template.render(
        page=found,
        blob=blob(found.evidence),
        legend=LEGEND,
        summary=shlex.join(["crisper", "summary", run.path]),
        style=style,
        script=script,
        policy=policy,
    )


def blob(data: Any) -> Markup:
    """Return data as JSON that cannot end the script element that holds it, whatever it says."""
    text = json.dumps(data, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above


def link(address: str) -> str | None:
    """Return an address that a reader may be sent to: the web's, never a script's."""
    return address if address.startswith(("https://", "http://")) else None


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(duration=units.duration, size=units.size, ratio=units.ratio, link=link)
    environment.globals.update(shown=observed.shown)
    environment.filters.update(counted=units.counted, listed=units.listed)
    return environment


def _asset(name: str) -> Markup:
    return Markup((PAGE / name).read_text(encoding="utf-8").strip())  # noqa: S704 - our own file


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
