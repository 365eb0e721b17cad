from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crisper import registry
from crisper.runs import Run, read


# Half a minute of real workers.
pytestmark = pytest.mark.mutants

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "crisper_scenarios"
MODULE = registry.module(HERE / "shared_miniatures.py")
MINIATURES = {
    name: each for name, each in vars(MODULE).items() if isinstance(each, type) and issubclass(each, MODULE.Shared)
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """Return the Run in which real workers served every miniature, with no container engine in reach."""
    folder = tmp_path_factory.mktemp("working")
    backends = []
    for name in MINIATURES:
        folder.joinpath(name).mkdir()
        backends += ["--backend", f"{name}=shared_miniatures:{name}+file://{folder / name}"]
    options = ["-p", "no:cacheprovider", "-m", "task", "--run", str(folder / "run.jsonl")]
    played = subprocess.run(
        [sys.executable, "-m", "pytest", str(SCENARIOS), *options, *backends],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HERE), "DOCKER_HOST": f"unix://{folder}/none.sock"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert played.returncode == 1, played.stdout

    return read(folder / "run.jsonl")


@pytest.fixture(params=MINIATURES)
def shared(request):
    return MINIATURES[request.param]


def test_the_lie_alone_is_caught(run, shared):
    """With a real worker, exactly the promises that the lie breaks are found broken, and nothing is left open."""
    found = {each.clause: each.finding for each in run.verdicts if each.play.contestant == shared.__name__}

    assert {"D5", *(f"I{number}" for number in range(1, 12))} == set(found)
    assert shared.must_fail == {clause for clause, finding in found.items() if finding.word == "fail"}, found
    assert set() == {clause for clause, finding in found.items() if finding.word not in {"pass", "fail"}}, found


def test_a_broken_promise_shows_the_workers_words(run):
    """Where something went wrong, what the worker said of each task is beside the calls."""
    broken = {str(each.play) for each in run.verdicts if each.finding.word == "fail"}
    said = [{each.kind for each in history.observations} for history in run.histories if str(history.play) in broken]

    assert all({"worker", "done"} <= each for each in said)
