from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from crisper.player import company
from crisper.player.spent import cpu_ns


SECOND = 1_000_000_000

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}]); print(flush=True); input()"


def test_what_children_cost_is_counted():
    """A process is charged with what its children used, after they have ended too."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        spent = cpu_ns(process.pid)
        process.kill()

    assert 0.3 * SECOND <= spent < 30 * SECOND


def test_a_process_that_has_ended_costs_nothing():
    """Nobody can look at what is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    assert 0 == cpu_ns(process.pid)


class Running:
    """A process that runs until it is ended."""

    pid = 1

    def __init__(self):
        self.ended = threading.Event()

    @property
    def alive(self):
        """Whether it still runs."""
        return not self.ended.is_set()

    def end(self):
        """End it."""
        self.ended.set()


class Idle(company.Company):
    """Has nothing to play."""

    def _process(self):
        return Running()

    def _welcome(self):
        return None


def test_what_two_end_at_the_same_time_is_counted_once(monkeypatch):
    """Whoever comes second finds nobody to look at, and takes nothing back."""
    idle = Idle(None, {}, has_kv=True, numbers=iter(()), begun=print)
    looks, second = itertools.count(), threading.Event()

    def look(_):
        if next(looks) == 0:
            second.wait(0.2)
            return SECOND
        second.set()
        idle.process.ended.wait(5)
        return 0

    monkeypatch.setattr(company, "cpu_ns", look)
    with ThreadPoolExecutor(2) as threads:
        threads.submit(idle.close)
        threads.submit(idle.close)

    assert SECOND == idle.spent_ns
