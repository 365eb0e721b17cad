from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crisper import registry, runs
from crisper.player import contestants
from crisper.reproduction.record import folder
from crisper.servers.parallel import Servers


pytestmark = pytest.mark.integration

SCENARIOS = Path(__file__).parents[3] / "scenarios" / "crisper_scenarios"
BACKENDS = ("memory", "filesystem", "sqlite", "redis", "consul-celery")

#: Most of a script is waiting.
TOGETHER = 4


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The Run of a whole gate."""
    file = tmp_path_factory.mktemp("gate") / "run.jsonl"
    backends = [word for name in BACKENDS for word in ("--backend", name)]
    command = [sys.executable, "-m", "pytest", str(SCENARIOS), "-p", "no:cacheprovider", "-m", "not measure"]
    done = subprocess.run(
        [*command, "--run", str(file), "--update-deviations", *backends], capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stdout

    return runs.read(file)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Where fresh servers of every kind are reached, by contestant."""
    with Servers(say=sys.stderr.write) as servers:
        declared = [registry.backend(name) for name in BACKENDS]
        started = {each.name: servers.future(each.engine) for each in declared if each.engine}
        yield {
            each.name: contestants.address(
                each, started[each.name].result() if each.engine else None, tmp_path_factory.mktemp(each.name)
            )
            for each in declared
        }


def played(script: Path, address) -> tuple[int, str]:
    """Run a script with Celery and the server alone; return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), *filter(None, [address.url, address.broker])],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def test_every_failure_is_seen_again(run, addresses):
    """Each script of a gate, on a fresh server of its kind, ends with 1 and the recorded reason."""
    reasons = {(each.play, each.clause): each.finding.because for each in run.verdicts}
    scripts = [each for each in run.reproductions if each.script is not None]
    with ThreadPoolExecutor(TOGETHER) as threads:
        ended = [
            threads.submit(played, folder(Path(run.path)) / each.file, addresses[each.play.contestant])
            for each in scripts
        ]
    seen = {each.file: future.result() for each, future in zip(scripts, ended, strict=True)}

    assert {each.file: (1, f"reproduced: {reasons[each.play, each.clause]}") for each in scripts} == seen


def test_every_failure_has_a_reproduction(run):
    """No failure is without a command, and none without either a script or the reason why there is none."""
    failures = [each.play for each in run.verdicts if each.finding.word == "fail"]

    assert failures == [each.play for each in run.reproductions]
    assert all(each.command and (each.script or each.because) for each in run.reproductions)


def test_a_whole_gate_finds_nothing_to_change(run):
    """The deviations on file are what the suite sees, no more and no less."""
    assert [] == run.footer.complaints
    assert "# Nothing to change." in (Path(run.path).with_suffix("") / "deviations.toml").read_text()
