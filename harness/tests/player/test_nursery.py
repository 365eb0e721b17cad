from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from crisper.player import nursery
from crisper.player.spent import cpu_ns


SECOND = 1_000_000_000


def said(descriptor: int, word: str) -> None:
    """Say a word, and which process, parent, group and session says it."""
    os.write(descriptor, f"{word} {os.getpid()} {os.getppid()} {os.getpgrp()} {os.getsid(0)}".encode())


def lasting() -> None:
    """Last until somebody ends it."""
    time.sleep(60)


def ending(code: int) -> None:
    """End with a code."""
    sys.exit(code)


def burning() -> None:
    """Use a third of a second."""
    while time.process_time() < 0.3:
        pass


def passed_on(descriptor: int) -> None:
    """Have another process forked by where this one came from."""
    with closing(nursery.here().fork("test_nursery:said", "again", descriptors=(descriptor,))) as born:
        born.wait()


def refusing() -> None:
    """Raise an error."""
    raise RuntimeError("not like that")


@pytest.fixture(scope="module")
def root():
    """A nursery in an interpreter of its own, which finds this module."""
    path = os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]))
    with closing(nursery.started({"PYTHONPATH": path})) as begun:
        yield begun


def words(begun, target, *arguments, **how):
    ours, theirs = os.pipe()
    with closing(begun.fork(f"test_nursery:{target}", *arguments, descriptors=(theirs,), **how)) as born:
        os.close(theirs)
        code = born.wait(20)
        with os.fdopen(ours) as file:
            return born.pid, code, file.read().split()


def test_a_process_runs_what_it_is_told_with_what_it_is_handed(root):
    """It finds its descriptors under other numbers, and ends with 0."""
    pid, code, (word, own, *_) = words(root, "said", "hello")

    assert (0, "hello", str(pid)) == (code, word, own)


@pytest.mark.parametrize(("how", "leads"), [({}, (False, False)), ({"group": True}, (True, False))])
def test_a_process_may_lead_a_group_of_its_own(root, how, leads):
    """Whoever ends the group ends it, and no other."""
    pid, _, (_, _, _, group, session) = words(root, "said", "hello", **how)

    assert leads == (str(pid) == group, str(pid) == session)


def test_a_process_may_lead_a_session_of_its_own(root):
    """It is given its share of a core by itself."""
    pid, _, (_, _, _, _, session) = words(root, "said", "hello", session=True)

    assert str(pid) == session


@pytest.mark.parametrize(("target", "arguments", "code"), [("ending", (7,), 7), ("refusing", (), 1)])
def test_a_process_ends_with_its_code(root, target, arguments, code):
    """As any interpreter does."""
    with closing(root.fork(f"test_nursery:{target}", *arguments)) as born:
        assert code == born.wait(20)


def test_a_process_can_be_ended(root):
    """Its code says by which signal, however often it is asked, and whoever ends it again harms nobody."""
    with closing(root.fork("test_nursery:lasting")) as born:
        before = born.poll()
        born.kill()

        assert (None, -signal.SIGKILL, -signal.SIGKILL) == (before, born.wait(20), born.poll())
        born.kill()


def test_who_does_not_end_is_not_waited_for_longer(root):
    """A wait that has a limit keeps it."""
    with closing(root.fork("test_nursery:lasting")) as born:
        with pytest.raises(TimeoutError):
            born.wait(0.05)
        born.kill()


def test_a_process_has_others_forked_where_it_came_from(root):
    """They are its siblings, not its children."""
    _, _, (word, _, parent, *_) = words(root, "passed_on")
    _, _, (_, _, own_parent, *_) = words(root, "said", "hello")

    assert ("again", own_parent) == (word, parent)


@pytest.mark.parametrize("prepare", ["lasting_no_longer", "refusing"])
def test_what_a_branch_cannot_prepare_is_no_matter(root, prepare):
    """Whoever plays there finds out."""
    with closing(root.branch(f"test_nursery:{prepare}")) as branch:
        assert "hello" == words(branch, "said", "hello")[2][0]


def test_a_branch_is_charged_with_what_it_forked(root):
    """Those that have ended count, and other branches do not."""
    with closing(root.branch("time:time")) as branch, closing(root.branch("time:time")) as other:
        with closing(branch.fork("test_nursery:burning")) as born:
            born.wait(20)
        spent = branch.spent_ns

        assert 0.25 * SECOND <= spent < 20 * SECOND
        assert other.spent_ns < 0.25 * SECOND
        branch.close()
        until = time.monotonic() + 20
        while branch.spent_ns and time.monotonic() < until:
            time.sleep(0.01)
        assert 0 == branch.spent_ns


def test_a_branch_that_is_closed_ends_what_it_forked(root):
    """Who waits for one of them is told, and nobody is forked any more."""
    branch = root.branch("time:time")
    born = branch.fork("test_nursery:lasting")
    branch.close()

    assert -signal.SIGKILL == born.wait(20)
    born.close()
    with pytest.raises(OSError, match=r"Bad file descriptor|closed|gone"):
        branch.fork("test_nursery:lasting")


def test_a_nursery_that_is_killed_says_so():
    """Who orders from it gets an error, not silence."""
    with closing(nursery.started({})) as begun:
        process = begun._process
        process.kill()
        process.wait()
        with pytest.raises(OSError, match=r"gone|Broken pipe|refused|reset"):
            begun.fork("time:time")


FLEETING = """
import os, sys
from crisper.player import nursery

begun = nursery.started({})
born = begun.fork("time:sleep", 60)
print(begun._process.pid, born.pid, flush=True)
sys.stdin.read()
"""


def test_nobody_outlives_who_began_the_nursery():
    """Not even where that was killed."""
    with subprocess.Popen([sys.executable, "-c", FLEETING], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        pids = [int(word) for word in process.stdout.readline().split()]
        process.kill()
    deadline = time.monotonic() + 10
    while left := [pid for pid in pids if cpu_ns(pid) and Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def test_a_branch_that_hangs_is_not_waited_for_without_end(root, monkeypatch):
    """Whoever has something forked there is told what may be the reason."""
    monkeypatch.setattr(nursery, "BORN_WITHIN_S", 0.5)
    with closing(root.branch("test_nursery:lasting")) as branch, pytest.raises(TimeoutError, match="may hang"):
        branch.fork("time:time")
