from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crisper.errors import ServerError
from crisper.servers import leases
from crisper.servers.leases import Lease


HOLDER = """
import os, sys
from pathlib import Path
from crisper.servers.leases import Lease

lease = Lease.acquire(Path(sys.argv[1]))
print(lease.path, flush=True)
sys.stdin.read()
"""

PARENT_THAT_ENDS = """
import os, sys
from pathlib import Path
from crisper.servers.leases import Lease

lease = Lease.acquire(Path(sys.argv[1]))
born, told = os.pipe()
if os.fork():
    os.read(born, 1)
    os._exit(0)
os.write(told, b"!")
print(lease.path, os.getpid(), flush=True)
sys.stdin.read()
"""


def holder(script: str, folder: Path) -> subprocess.Popen[str]:
    """Start a process of its own that takes a lease and keeps it until its input is closed."""
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def ended(path: Path) -> bool:
    """Ask as another run would."""
    with leases.ended(path) as answer:
        return answer


def test_a_held_lease_is_alive(tmp_path):
    """A lease that is held has not ended, and keeps its file."""
    lease = Lease.acquire(tmp_path)

    assert (False, True) == (ended(lease.path), lease.path.exists())

    lease.release()


def test_a_released_lease_is_gone(tmp_path):
    """A released lease has ended and leaves no file; releasing it again changes nothing."""
    lease = Lease.acquire(tmp_path)
    lease.release()
    lease.release()

    assert (True, []) == (ended(lease.path), list(tmp_path.iterdir()))


def test_a_killed_process_holds_nothing(tmp_path):
    """What kill -9 ended holds its lease no more, and the file goes with the first who asks."""
    with holder(HOLDER, tmp_path) as process:
        path = Path(process.stdout.readline().strip())
        before = ended(path)
        process.kill()
        process.wait()

        assert (False, True, False) == (before, ended(path), path.exists())


def test_a_forked_child_does_not_hold_on(tmp_path):
    """A child that outlives its parent does not keep the parent's lease alive."""
    with holder(PARENT_THAT_ENDS, tmp_path) as process:
        path, child = process.stdout.readline().split()
        process.wait()
        os.kill(int(child), 0)  # it lives

        assert ended(Path(path))


def test_a_started_program_does_not_hold_on(tmp_path):
    """A program started meanwhile does not keep a lease alive."""
    lease = Lease.acquire(tmp_path)
    command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False) as program:
        program.stdout.readline()
        os.close(lease.descriptor)
        leases._held.discard(lease)

        assert ended(lease.path)


def test_a_missing_file_is_a_dead_lease(tmp_path):
    """A label whose file is gone belongs to nobody."""
    assert ended(tmp_path / "gone.lease")


def test_what_cannot_be_opened_is_alive(tmp_path):
    """A lease that may not be looked into is somebody else's, hence alive."""
    path = tmp_path / "theirs.lease"
    path.symlink_to(tmp_path / "elsewhere")

    assert not ended(path)


def test_two_sweeps_share_no_work(tmp_path):
    """While one sweep is at a dead lease, another takes it for alive."""
    path = tmp_path / "dead.lease"
    path.touch()
    with leases.ended(path) as first:
        assert (True, False) == (first, ended(path))


def test_a_sweep_never_takes_a_new_lease(tmp_path):
    """However sweeps and starts coincide, a lease that was acquired is alive and has its file."""
    enough = threading.Event()

    def sweep() -> None:
        while not enough.is_set():
            for path in tmp_path.glob("*.lease"):
                ended(path)

    sweepers = [threading.Thread(target=sweep) for _ in range(2)]
    for sweeper in sweepers:
        sweeper.start()
    acquired = [Lease.acquire(tmp_path) for _ in range(200)]
    enough.set()
    for sweeper in sweepers:
        sweeper.join()

    assert [] == [lease.path for lease in acquired if not lease.path.exists() or ended(lease.path)]

    for lease in acquired:
        lease.release()


def test_the_folder_is_the_users_own(tmp_path, monkeypatch):
    """A name that somebody else put there first is refused."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"crisper-{os.getuid()}").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ServerError, match="belongs to somebody else"):
        leases.home()
