"""An interpreter that ends as any other does, seen from outside: what it says at the end, and how it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import tempfile
import time
from collections.abc import Callable

from crisper.player.stage import Stage


#: An exit that takes longer hangs.
WITHIN_S = 5.0
_LOOK_S = 0.02


def watched(stage: Stage, script: Callable[[Stage], None]) -> None:
    """Fork this process, play a script in the child, and have its interpreter exit; note what it says, and its code.

    For a process of its own only. What the child calls is not kept.
    """
    with tempfile.TemporaryFile() as errors:
        pid = os.fork()
        if pid == 0:
            try:
                os.dup2(errors.fileno(), 2)
                script(stage)
                # As at the end of a script: what is registered runs, and every module is taken down.
                ctypes.pythonapi.Py_Exit(0)
            finally:
                os._exit(os.EX_SOFTWARE)
        code = _ended(pid)
        errors.seek(0)
        text = errors.read().decode(errors="replace")
    stage.observe("exit", code=code, text=str(stage.secrets.hidden(text))[:500])


def _ended(pid: int) -> int | None:
    """Return the code that a child ended with, negative for a signal; None where it hung, and was ended by us."""
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_LOOK_S)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None
