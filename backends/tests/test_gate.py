"""What a real Run must show, on real servers, by the real scenarios."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crisper import registry
from crisper.checks.expiry import lives
from crisper.gate import ExitCode
from crisper.runs import read


pytestmark = pytest.mark.integration

(SCENARIOS,) = registry.scenario_folders()
NAMES = ("memory", "filesystem", "sqlite", "redis", "consul-celery")
#: What the first Run asked; later promises have deviations of their own.
FIRST = {"A1", "A2", "A6", "A8", "A10", "B1", "B2", "B3", "C1", "C2", "C5"}
BROKEN = {
    "memory": {"C2", "C5"},
    "filesystem": {"A8"},
    "sqlite": set(),
    "redis": set(),
    "consul-celery": {"A6", "B2", "C2", "C5"},
}
SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """Return the exit code, the output and the Run of a gate with every declared backend."""
    folder = tmp_path_factory.mktemp("gate")
    backends = [word for name in NAMES for word in ("--backend", name)]
    options = ["-p", "no:cacheprovider", "-m", "not measure", "--run", str(folder / "run.jsonl"), *backends]
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", str(SCENARIOS), *options],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stdout, read(Path(folder / "run.jsonl"))


@pytest.fixture
def found(gate):
    """Return a function that gives a contestant's verdicts."""
    return lambda name: [each for each in gate[2].verdicts if each.play.contestant == name]


def clauses(verdicts, word):
    return {each.clause for each in verdicts if each.finding.word == word}


def test_the_gate_is_green(gate):
    """Whatever the stock backends break is known, so the gate conforms, and the Run is complete."""
    code, output, run = gate

    assert (ExitCode.conforms, True, []) == (code, run.complete, run.missing), output


@pytest.mark.parametrize("name", NAMES)
def test_each_breaks_what_it_is_known_to_break(found, name):
    """A known deviation is a failure all the same, marked with its place, and no other must is broken."""
    failures = [each for each in found(name) if each.finding.word == "fail"]

    assert BROKEN[name] == clauses(failures, "fail") & FIRST
    assert [] == [each for each in failures if each.level == "must" and not each.deviation]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_undecided(found, name):
    """On a machine that is not too busy every promise is decided, and the harness fails nobody."""
    assert set() == clauses(found(name), "unknown") | clauses(found(name), "error")


def test_redis_keeps_everything(found):
    """Redis keeps every promise that the first Run asked, at every layer, and of the later ones all but the known."""
    others = [each for each in found("redis") if each.level == "must" and not each.deviation]

    assert FIRST == clauses(others, "pass") & FIRST
    assert {"pass"} == {each.finding.word for each in others if each.clause in FIRST}
    assert set() == {each.finding.word for each in others} - {"pass", "unsupported", "inapplicable"}


def test_consul_keeps_results_for_two_lives(gate):
    """Consul frees a session of 10 s after twice its time: each key may have gone between 19 and 21 s."""
    watched = [
        each
        for each in gate[2].histories
        if (each.play.scenario, each.play.contestant) == ("expiring_keys", "consul-celery")
    ]
    ends = [(life.at_least_ns, life.at_most_ns) for history in watched for life in lives(history)]

    assert (2, 100, 10 * SECOND) == (len(watched), len(ends), lives(watched[0])[0].expires_ns)
    near = [end for end in ends if end[0] < 21 * SECOND and end[1] > 19 * SECOND and end[1] - end[0] < 3 * SECOND]
    assert near == ends


def test_consul_stays_started(found):
    """Celery's ConsulBackend loses the second state of a task: STARTED it was, and STARTED it stays."""
    (verdict,) = [each for each in found("consul-celery") if each.clause == "B2"]

    assert "answered STARTED" in verdict.finding.because
    assert 2 <= len(verdict.finding.evidence)


@pytest.mark.parametrize("name", ["redis", "consul-celery"])
def test_a_server_tells_its_own_version(gate, name):
    """The Run knows what really answered: engine, version, image and digest, and the client's version."""
    (found,) = [each for each in gate[2].contestants if each.name == name]
    server = found.server

    assert (True, True, True) == (server.version[0].isdigit(), bool(server.digest or server.image), " " in found.client)
    assert found.failure is None
