"""Sessions of pytest that play to their end, in processes forked from one that has imported what each of them needs."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path


WITHIN_S = 120

_sessions = multiprocessing.get_context("forkserver")
# Not the plugin itself: pytest rewrites its assertions when it loads it.
_sessions.set_forkserver_preload(
    ["pytest", "crisper.player.player", "crisper.reproduction.making", "crisper_reports.closing", "crisper.proposal"]
)


def session_played(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run `python -m pytest ARGUMENTS` in a folder; return its exit code, and all that it printed."""
    (ours, theirs), (hears, tells) = _sessions.Pipe(duplex=False), _sessions.Pipe(duplex=False)
    process = _sessions.Process(target=_run, args=(theirs, tells, folder, list(arguments), dict(environment)))
    process.start()
    theirs.close()
    tells.close()
    until, printed = time.monotonic() + WITHIN_S, bytearray()
    while ours.poll(max(0.0, until - time.monotonic())):
        piece = os.read(ours.fileno(), 1 << 16)
        if not piece:
            break
        printed += piece
    ours.close()
    said = printed.decode()
    hangs = time.monotonic() > until
    if hangs:
        process.kill()
    assert not hangs, said

    # Not the process's own exit code: whoever starts another meanwhile, in another thread, may have taken it.
    code: int = hears.recv()
    hears.close()
    process.join()
    return code, said


def _run(
    printed: Connection, tells: Connection, folder: Path, arguments: list[str], environment: dict[str, str]
) -> None:
    import pytest

    os.dup2(printed.fileno(), 1)
    os.dup2(printed.fileno(), 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sys.argv = ["pytest", *arguments]
    sys.path[:0] = [str(folder), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    code = pytest.console_main()
    sys.stdout.flush()
    tells.send(int(code))
