"""An interpreter in which greenlets have taken the place of threads before anything else was imported."""

from __future__ import annotations

import importlib.util
import multiprocessing
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from crisper.player import processes
from crisper.player.stage import Stage


#: What was imported before keeps the locks and sockets of threads: https://www.gevent.org/api/gevent.monkey.html
_FIRST = "from gevent.monkey import patch_all; patch_all(); from crisper.player.greenlets import main; main()"


def played(stage: Stage, script: Callable[[Stage], None], *, within_s: float) -> None:
    """Play a script, a module-level function, where `threading.Thread` is a greenlet, and take over what it recorded.

    Where gevent is not installed, nothing is played, and that is noted.
    """
    if importlib.util.find_spec("gevent") is None:
        stage.observe("no greenlets", why="gevent is not installed")
        return
    ours, theirs = multiprocessing.Pipe()
    process = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
        [sys.executable, "-c", _FIRST, str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
    )
    theirs.close()
    until = time.monotonic() + within_s
    ours.send_bytes(pickle.dumps((stage.apart(1), script, within_s)))
    ops, observations = processes.taken(ours, until)
    process.kill()
    process.wait()
    stage.recorder.adopt(ops)
    stage.observations += observations


def main() -> None:
    """Play what is sent to the connection whose number is the argument, and hand over what was recorded."""
    connection = Connection(int(sys.argv[1]))
    away, script, within_s = pickle.loads(connection.recv_bytes())  # noqa: S301 - from whoever started this process
    # Whoever was to end it may be gone.
    signal.setitimer(signal.ITIMER_REAL, 2 * within_s)
    processes.play(connection, away, script, {}, 1)
