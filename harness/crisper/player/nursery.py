"""Where processes come from: forked, not started, so that each finds imported what all of them need."""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from crisper.player.spent import cpu_ns


#: To import Celery takes well under a second; two busy cores stretch that.
BORN_WITHIN_S = 60.0

#: A process's number, and later the code that it ended with.
NUMBER = struct.Struct("!i")


class Order(NamedTuple):
    """What a process is to run, pickled: only the process itself looks into it."""

    job: bytes
    session: bool
    group: bool


class Born:
    """A process that a nursery forked. Its number is its own until `close`, even after its end."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._code: int | None = None
        self._lock = threading.Lock()
        try:
            self.pid = self._number(BORN_WITHIN_S)
        except TimeoutError as error:
            message = f"no process was forked within {BORN_WITHIN_S:g} s: what is imported before may hang"
            raise TimeoutError(message) from error
        self._handle = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        """Return the code that it ended with, negative for a signal; None while it runs."""
        with suppress(TimeoutError):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the code.

        Raises TimeoutError where it does not end so soon.
        """
        if self._code is None:
            if not self._lock.acquire(timeout=-1 if timeout is None else timeout):
                raise TimeoutError
            try:
                self._code = self._number(timeout) if self._code is None else self._code
            except ConnectionError:  # whoever could tell is gone, and has ended it before
                self._code = -signal.SIGKILL
            finally:
                self._lock.release()
        return self._code

    def kill(self) -> None:
        """End it at once; nothing happens where it has ended, or where `close` came first."""
        if self._code is None and self._handle >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def close(self) -> None:
        """Let go of its number; once is enough, more often is harmless."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)
        self._link.close()

    def _number(self, timeout: float | None) -> int:
        self._link.settimeout(timeout)
        try:
            said = self._link.recv(NUMBER.size)
        except BlockingIOError as error:
            raise TimeoutError from error
        if len(said) < NUMBER.size:
            message = "the process that forks all others is gone"
            raise ConnectionError(message)
        number: int = NUMBER.unpack(said)[0]
        return number


class Nursery:
    """A process without threads that forks others, for whoever holds this end; it ends with whoever began it."""

    def __init__(
        self,
        control: socket.socket,
        *,
        lifeline: int | None = None,
        process: Born | subprocess.Popen[bytes] | None = None,
    ) -> None:
        self._control = control
        self._lifeline = lifeline
        self._process = process
        self._lock = threading.Lock()

    def fork(
        self,
        target: str,
        *arguments: object,
        files: Sequence[int | None] = (None, None, None),
        descriptors: Sequence[int] = (),
        session: bool = False,
        group: bool = False,
    ) -> Born:
        """Have a process run `target(*descriptors, *arguments)`, with `files` as its standard input, output and error.

        The target is a function, as `package.module:name`; the descriptors have other numbers there; None for a file is
        the null device. With `session` or `group` it leads one of its own.
        Raises OSError where nobody is there to fork it.
        """
        ours, theirs = socket.socketpair()
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            order = pickle.dumps(Order(pickle.dumps((target, arguments)), session, group))
            given = [nothing if each is None else each for each in files]
            socket.send_fds(self._control, [order], [theirs.fileno(), *given, *descriptors])
            theirs.close()
            return Born(ours)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(nothing)

    def branch(self, prepare: str, *arguments: object) -> Nursery:
        """Return a nursery forked from this one, which has run `prepare(*arguments)`; what that raises is nothing."""
        (theirs, ours), (ends, ending) = socket.socketpair(type=socket.SOCK_SEQPACKET), os.pipe()
        try:
            within = (theirs.fileno(), ours.fileno(), ends)
            born = self.fork("crisper.player.nursing:branched", prepare, *arguments, descriptors=within)
        except BaseException:
            ours.close()
            os.close(ending)
            raise
        finally:
            theirs.close()
            os.close(ends)
        return Nursery(ours, lifeline=ending, process=born)

    @property
    def spent_ns(self) -> int:
        """The CPU time of it and of all that it forked, as long as it lives."""
        return 0 if self._process is None else cpu_ns(self._process.pid)

    def close(self) -> None:
        """End it, and what it forked; once is enough, more often is harmless."""
        with self._lock:
            lifeline, self._lifeline = self._lifeline, None
        if lifeline is None:
            return
        os.close(lifeline)
        self._control.close()
        if isinstance(self._process, Born):
            self._process.close()
        elif self._process is not None:
            self._process.kill()
            self._process.wait()


def started(surroundings: Mapping[str, str], sources: Sequence[str] = ()) -> Nursery:
    """Return a nursery of one's own, in a fresh interpreter with this environment besides ours.

    It imports the scenarios in those of the files that belong to a declared package.
    """
    (theirs, ours), (ends, ending) = socket.socketpair(type=socket.SOCK_SEQPACKET), os.pipe()
    within = (theirs.fileno(), ours.fileno(), ends)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
            [sys.executable, "-m", "crisper.player.nursing", *map(str, within), *sources],
            pass_fds=within,
            env=os.environ | surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A Ctrl-C at the terminal is not for those that it forks. No session of its own: Linux would give it as
            # much of a core as all the others together.
            process_group=0,
        )
    os.close(ends)
    return Nursery(ours, lifeline=ending, process=process)


_here: Nursery | None = None
_first = threading.Lock()


def here() -> Nursery:
    """Return the nursery that this process came from; where it came from none, one of its own."""
    global _here  # noqa: PLW0603 - a process comes from one place
    with _first:
        if _here is None:
            _here = started({})
            atexit.register(_here.close)
        return _here


def settle(nursery: Nursery) -> None:
    """Let `here` return this one from now on."""
    global _here  # noqa: PLW0603 - a process comes from one place
    _here = nursery
