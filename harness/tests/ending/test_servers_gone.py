from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from crisper import runs
from crisper.gate import ExitCode
from crisper.servers import containers, sweeping


pytestmark = pytest.mark.integration

WITHIN_S = 60


def ours(client, pid: int) -> list:
    """Return the containers of a session, which is known by the lease that its contestants bear."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    leases = {
        word.partition(b"=")[2].decode()
        for child in children
        for word in Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        if word.startswith(b"CRISPER_LEASE=")
    }
    return [each for lease in leases for each in client.containers.list(filters={"label": f"{sweeping.LEASE}={lease}"})]


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A session whose Redis is killed from outside as soon as something is written; its code, output and Run."""
    folder = tmp_path_factory.mktemp("gone")
    (folder / "scenario_losing.py").write_text(Path(__file__).with_name("losing_scenarios.py").read_text())
    command = [sys.executable, "-m", "pytest", "-p", "crisper.plugin", "--backend", "redis", "--backend", "memory"]
    client = containers.connect()
    with subprocess.Popen(
        [*command, "--run", "run.jsonl", "-k", "not (first and memory)"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        _kill_server(client, process.pid)
        output, _ = process.communicate(timeout=WITHIN_S)
    client.close()
    return process.returncode, output, runs.read(folder / "run.jsonl")


def _kill_server(client, pid: int) -> None:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        for each in ours(client, pid):
            server = each.exec_run("redis-cli dbsize").output.decode()
            if server.strip().isdigit() and int(server):
                each.kill()
                return
        time.sleep(0.1)
    pytest.fail("no server was ever written to")


def test_a_server_that_goes_away_is_our_failure(ended):
    """What was played on it, and what was still to be played, is an error that names the server; others play on."""
    code, output, run = ended
    words = {str(each.play): each.finding.word for each in run.verdicts}
    reasons = {str(each.play): each.finding.because for each in run.verdicts}

    assert ExitCode.harness_error == code, output
    assert {"error"} == {word for play, word in words.items() if "redis" in play}, output
    assert ("pass", "inapplicable") == (words["second[kv-memory]"], words["refused[kv-memory]"])
    for play in ("first[kv-redis]", "second[kv-redis]"):
        assert reasons[play].startswith("redis was ready, but does not answer any more: ")
    assert run.complete


def test_a_fault_that_is_refused_is_our_failure(ended):
    """What the container engine does not do is an error in its own words, not a doubt about the backend."""
    (because,) = (each.finding.because for each in ended[2].verdicts if str(each.play) == "refused[kv-redis]")

    assert because.startswith("ServerError: a server could not be frozen, the container engine says: No such container")
