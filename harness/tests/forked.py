"""Sessions of pytest that play to their end, in processes forked from one that has imported what each of them needs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from crisper.player import nursery, nursing
from crisper.player.nursery import Nursery


WITHIN_S = 120

_sessions = multiprocessing.get_context("forkserver")
# Not the plugin itself: pytest rewrites its assertions when it loads it.
_sessions.set_forkserver_preload(
    [
        "pytest",
        "crisper.player.player",
        "crisper.player.child",
        "celery.apps.worker",
        "kombu.transport.pyamqp",
        "crisper.reproduction.making",
        "crisper_reports.closing",
        "crisper.proposal",
    ]
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
    os.environ.update(environment, SESSION=str(os.getpid()))
    tempfile.tempdir = None
    nursery.started = _nursery
    sys.argv = ["pytest", *arguments]
    sys.path[:0] = [str(folder), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    code = pytest.console_main()
    sys.stdout.flush()
    tells.send(int(code))


def _nursery(surroundings: Mapping[str, str], sources: Sequence[str]) -> Nursery:
    """Fork this process, which has imported all and runs one thread, where others start an interpreter."""
    (theirs, ours), (ends, ending) = socket.socketpair(type=socket.SOCK_SEQPACKET), os.pipe()
    pid = os.fork()
    if pid == 0:
        within = (theirs.fileno(), ours.fileno(), ends)
        os.environ.update(surroundings)
        tempfile.tempdir = None
        for descriptor in (int(each.name) for each in list(Path("/proc/self/fd").iterdir())):
            if descriptor > 2 and descriptor not in within:
                with suppress(OSError):  # that of the listing itself
                    os.close(descriptor)
        nursing.load(sources)
        nursing.nurse(*within)
    theirs.close()
    os.close(ends)
    return Nursery(ours, lifeline=ending, process=_Forked(pid))


class _Forked:
    """A child of this process, as `subprocess.Popen` has it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait for its end."""
        os.waitpid(self.pid, 0)
