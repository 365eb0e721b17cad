from __future__ import annotations

import subprocess
import sys

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
