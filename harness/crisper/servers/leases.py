"""A lease: a locked file that says its run is alive, and is believed by every other run."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crisper.errors import ServerError


def home() -> Path:
    """Return this user's folder of leases, making it where it is missing.

    Raises ServerError where somebody else owns that name.
    """
    path = Path(tempfile.gettempdir()).resolve() / f"crisper-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    status = path.lstat()
    if path.is_symlink() or status.st_uid != os.getuid():
        message = f"{path} belongs to somebody else"
        raise ServerError(message, hint="remove it, or set TMPDIR")
    return path


def folder(path: Path) -> Path:
    """Return the folder that goes with the lease in a file."""
    return path.with_suffix("")


@dataclass(frozen=True, eq=False)
class Lease:
    """Held from `acquire` to `release`, or for as long as the process lives; never by its children.

    Beside its file stands a folder for whatever is to go with it.
    """

    path: Path
    descriptor: int

    @property
    def folder(self) -> Path:
        """The folder that goes with the lease."""
        return folder(self.path)

    @classmethod
    def acquire(cls, where: Path | None = None) -> Lease:
        """Return a lease of one's own, in a new file."""
        while True:
            # Short, since sockets are made in its folder: https://man7.org/linux/man-pages/man7/unix.7.html
            path = (where or home()) / f"{uuid.uuid4().hex[:12]}.lease"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            # A sweep may come between making the file and locking it: it then holds the lock, or has removed the file.
            if _locked(descriptor) and _same(path, descriptor):
                lease = cls(path, descriptor)
                lease.folder.mkdir(mode=0o700)
                _held.add(lease)
                return lease
            os.close(descriptor)

    def release(self) -> None:
        """Give the lease up; what is still labelled with it is anybody's to remove."""
        if self in _held:
            _held.discard(self)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.path.unlink(missing_ok=True)
            os.close(self.descriptor)


@contextmanager
def ended(path: Path) -> Iterator[bool]:
    """Yield whether no process holds the lease any more; a missing file counts as ended.

    An ended lease stays locked within the block, so that two sweeps share no work, and its file and folder are gone
    after it. What may not be looked into is somebody else's, hence not ended.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield True
        return
    except OSError:
        yield False
        return
    try:
        dead = _locked(descriptor)
        yield dead
        if dead and _same(path, descriptor):
            shutil.rmtree(folder(path), ignore_errors=True)
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def over(path: Path) -> bool:
    """Whether a lease is there that no process holds any more; nothing is done about it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return _locked(descriptor)
    finally:
        os.close(descriptor)


_held: weakref.WeakSet[Lease] = weakref.WeakSet()


def _let_go() -> None:
    """Close in a forked child what it shares with its parent, or the parent's lease would outlive it."""
    for lease in _held:
        os.close(lease.descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
