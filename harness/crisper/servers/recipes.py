"""An image made on the spot from Debian's packages, where none can be pulled."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import IO, Any

from crisper.backends import Engine
from crisper.errors import ServerError


#: Names the Debian mirror to take packages from; otherwise the one that apt is configured with.
MIRROR = "CRISPER_DEBIAN_MIRROR"

_VARIANT = "essential"
#: Nobody reads them in a container.
_LEFT_OUT = tuple(f"path-exclude=/usr/share/{folder}/*" for folder in ("doc", "info", "locale", "man"))
_PATIENCE = ("--aptopt=Acquire::http::Timeout 20", "--aptopt=Acquire::Retries 2")

Running = Callable[[subprocess.Popen[bytes]], AbstractContextManager[object]]


def tag(engine: Engine) -> str:
    """Return the local name of the image that this engine's recipe makes; another recipe has another name."""
    recipe = json.dumps([engine.suite, engine.packages, _VARIANT, _LEFT_OUT, engine.left_out])
    return f"crisper/{engine.name}:{engine.suite}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}"


def make(client: Any, engine: Engine, *, running: Running) -> str:
    """Make the image and return its tag; it appears whole or not at all.

    The process that does the work is shown to `running`, which may end it. Raises ServerError with the tool's
    complaint where it fails, and with what to do where it cannot begin.
    """
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(_command(engine), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words)  # noqa: S603 (our own words)
        with process, running(process):
            assert process.stdout is not None
            imported = client.api.import_image_from_stream(process.stdout)
        identity = str(json.loads(imported.splitlines()[-1])["status"])
        if process.returncode:
            client.images.remove(identity, force=True)
            message = f"no image for {engine.name} could be made from Debian's packages: {_complaint(words)}"
            raise ServerError(message, hint=f"is the mirror reachable? {MIRROR} names another one")
    name = tag(engine)
    client.images.get(identity).tag(name)
    return name


def mirror() -> str | None:
    """Return the Debian mirror of this machine: from the environment, else the one that apt knows, else None."""
    if named := os.environ.get(MIRROR):
        return named
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    targets = [apt, "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Label: Debian", "Component: main"]
    found = subprocess.run(targets, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    return next(iter(found.stdout.split()), None)


def _command(engine: Engine) -> list[str]:
    tool, site = shutil.which("mmdebstrap"), mirror()
    if tool is None:
        message = f"no image for {engine.name} can be made here: mmdebstrap is missing"
        raise ServerError(message, hint="apt-get install mmdebstrap")
    if site is None:
        message = f"no image for {engine.name} can be made here: apt knows no Debian mirror"
        raise ServerError(message, hint=f"name one by {MIRROR}")
    what = f"--variant={_VARIANT}", f"--include={','.join(engine.packages)}"
    left_out = (f"--dpkgopt={option}" for option in (*_LEFT_OUT, *engine.left_out))
    return [tool, *what, *left_out, *_PATIENCE, engine.suite, "-", f"deb {site} {engine.suite} main"]


def _complaint(words: IO[bytes]) -> str:
    """Return what went wrong first; the lines after it only say that it did."""
    words.seek(0)
    lines = [line.strip() for line in words.read().decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E: ")]
    return "; ".join((errors or lines)[:2]) or "it ended without a word"
