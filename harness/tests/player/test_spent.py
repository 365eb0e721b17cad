from __future__ import annotations

import subprocess
import sys

from crisper.player import spent
from crisper.player.spent import cpu_ns


SECOND = 1_000_000_000

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}]); print(flush=True); input()"
#: It ends, and is waited for when a line says so.
WAITING = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {BURN + "print(flush=True)"!r}])
input()
child.wait()
print("waited", flush=True)
input()
"""


def test_what_children_cost_is_counted():
    """A process is charged with what its children used, after they have ended too."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        spent = cpu_ns(process.pid)
        process.kill()

    assert 0.3 * SECOND <= spent < 30 * SECOND


def test_a_child_that_is_waited_for_meanwhile_is_counted(monkeypatch):
    """Its parent was looked at before it was waited for, and it itself after."""
    numbers = spent._numbers

    with subprocess.Popen([sys.executable, "-c", WAITING], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()

        def waited_for(path):
            found = numbers(path)
            if path.parent.name == str(parent.pid):
                parent.stdin.write(b"\n")
                parent.stdin.flush()
                assert b"waited\n" == parent.stdout.readline()
                monkeypatch.setattr(spent, "_numbers", numbers)
            return found

        monkeypatch.setattr(spent, "_numbers", waited_for)
        spent_ns = cpu_ns(parent.pid)
        parent.kill()

    assert 0.3 * SECOND <= spent_ns < 30 * SECOND


def test_a_process_that_has_ended_costs_nothing():
    """Nobody can look at what is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    assert 0 == cpu_ns(process.pid)
