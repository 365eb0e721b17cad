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
BACKENDS = ("memory", "filesystem", "sqlite", "redis", "consul-celery", "rpc")

#: Most of a script is waiting.
TOGETHER = 4

#: What fails only sometimes is given so many chances.
OFTEN = 5

QUEUED = "since results share one queue"
BROKEN = "it takes a server that is "
#: Why failures of these clauses may have no script.
BEYOND = {
    "A6": (QUEUED,),
    "A7": (QUEUED,),
    "A19": ("its calls were made by", "it is a race"),  # many hands are several processes
    "A20": (QUEUED,),
    "B16": (QUEUED,),
    "C1": (QUEUED,),
    "C2": (QUEUED,),
    "C5": (QUEUED,),
    "C6": (QUEUED,),
    "B20": (QUEUED,),
    "C3": ("it was seen behind Celery's back",),  # what is left on the server
    "C9": ("was played by hand",),
    "C11": ("it was seen behind Celery's back",),
    "C13": (BROKEN,),
    "D6": ("was played by hand",),
    "F2": ("it was seen behind Celery's back", "its calls were made by"),  # children that hang, or mix up
    "F3": ("it is a race", QUEUED),
    "F9": ("it is a race",),
    "G1": (BROKEN,),
    "G2": (BROKEN,),
    "G5": (BROKEN,),
    "G6": (BROKEN,),
    "G9": (BROKEN,),
    "I4": ("a prefork worker only",),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The Run of a whole gate, faults and workers included."""
    file = tmp_path_factory.mktemp("gate") / "run.jsonl"
    backends = [word for name in BACKENDS for word in ("--backend", name)]
    command = [sys.executable, "-m", "pytest", str(SCENARIOS), "-p", "no:cacheprovider", "-m", "not measure"]
    subprocess.run([*command, "--run", str(file), "--update-deviations", *backends], capture_output=True, check=False)
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
    """Run a script with Celery and the server alone; return its exit code and what it said last."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), *filter(None, [address.url, address.broker])],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    # A client may have more to say at the interpreter's exit, this line of the script among it.
    told = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("reproduced: ", "not repro"))]
    return done.returncode, told[0] if told else done.stderr


def seen_again(script: Path, address, tries: int) -> tuple[int, str]:
    """Run a script until it shows the failure, so many times at most."""
    for _ in range(tries):
        code, said = played(script, address)
        if code:
            break
    return code, said


def test_every_failure_is_seen_again(run, addresses):
    """Each script of a gate, on a fresh server of its kind, ends with 1 and the recorded reason."""
    verdicts = {(each.play, each.clause): each for each in run.verdicts}
    told = {each.file: verdicts[each.play, each.clause] for each in run.reproductions if each.script is not None}
    intermittent = {known.place for each in run.contestants for known in each.deviations if known.intermittent}
    with ThreadPoolExecutor(TOGETHER) as threads:
        ended = {
            file: threads.submit(
                seen_again,
                folder(Path(run.path)) / file,
                addresses[each.play.contestant],
                OFTEN if each.deviation in intermittent else 1,
            )
            for file, each in told.items()
        }
    seen = {file: future.result() for file, future in ended.items()}

    assert {file: (1, f"reproduced: {each.finding.because}") for file, each in told.items()} == seen


def test_what_has_no_script_is_beyond_one(run):
    """Only what calls on Celery cannot bring about, or cannot show, has none, and each says why."""
    without = {(each.clause, each.play, each.because) for each in run.reproductions if each.script is None}

    assert set() == {each for each in without if not any(reason in each[2] for reason in BEYOND.get(each[0], ()))}


def test_every_failure_has_a_reproduction(run):
    """No failure is without a command, and none without either a script or the reason why there is none."""
    failures = [each.play for each in run.verdicts if each.finding.word == "fail"]

    assert failures == [each.play for each in run.reproductions]
    assert all(each.command and (each.script or each.because) for each in run.reproductions)


def test_a_whole_gate_finds_nothing_to_change(run):
    """The deviations on file are what the suite sees, no more and no less."""
    assert 0 == run.footer.exit_code
    assert [] == run.footer.complaints
    assert "# Nothing to change." in (Path(run.path).with_suffix("") / "deviations.toml").read_text()
