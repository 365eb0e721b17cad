"""Processes that a run started, known by their environment wherever they went."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crisper.servers.leases import Lease


LEASE = "CRISPER_LEASE"


def surroundings(lease: Lease) -> dict[str, str]:
    """Return the environment of a process that ends with a lease, and of all that it starts; so do its own folders."""
    return {LEASE: str(lease.path), "TMPDIR": str(lease.folder)}


@dataclass(frozen=True)
class Stray:
    """A process of this user that bears a lease."""

    pid: int
    lease: Path

    @property
    def name(self) -> str:
        """What it is called when it was removed."""
        return f"process {self.pid}"

    def remove(self) -> None:
        """Kill it; nothing happens where it has ended, even if its number is another's by now."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except OSError:  # it has ended
            return
        try:
            if _lease(self.pid) == self.lease:
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            os.close(descriptor)


def marked() -> Iterator[Stray]:
    """Yield every process of this user that bears a lease, but for this one."""
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        lease = _lease(pid) if pid != os.getpid() else None
        if lease is not None:
            yield Stray(pid, lease)


def _lease(pid: int) -> Path | None:
    folder = Path("/proc", str(pid))
    try:
        if folder.stat().st_uid != os.getuid():
            return None
        environment = (folder / "environ").read_bytes()
    except OSError:  # it ended meanwhile, or is not ours to look into
        return None
    for each in environment.split(b"\0"):
        name, _, value = each.partition(b"=")
        if name == LEASE.encode():
            return Path(os.fsdecode(value))
    return None
