from __future__ import annotations

import pytest

from crisper.gate import ExitCode


BACKEND = '''
import sys

from celery.backends.base import KeyValueStoreBackend


class Workless(KeyValueStoreBackend):
    """Works wherever it is not used by a worker."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if hasattr(sys.modules["crisper.celery.worker"]._Mouth, "descriptor"):
            raise RuntimeError("not in a worker")

    def get(self, key):
        return None
'''

SCENARIO = '''
from crisper.checks.tasks import answers_arrive
from crisper.clauses import Clause
from crisper.scenario import scenario

K1 = Clause(id="K1", sentence="A task is done.", level="must", source="here")


@scenario({K1: answers_arrive}, layers=("task",))
def tasks(stage):
    """Send a task."""
    caller = stage.caller("solo")
    caller.answer(caller.send(stage.key(), "echo", 1))
'''


ELSEWHERE = """
from crisper.checks.register import reads_see_last_write
from crisper.clauses import Clause
from crisper.player import nursery
from crisper.scenario import scenario

if nursery._here is not None:
    raise RuntimeError("not in a contestant")

K1 = Clause(id="K1", sentence="It is kept.", level="must", source="here")


@scenario({K1: reads_see_last_write}, layers=("kv", "result"))
def kept(stage):
    \"\"\"Do nothing.\"\"\"
"""


@pytest.fixture(scope="module")
def workless(tmp_path_factory, play):
    """A session whose worker never takes tasks."""
    folder = tmp_path_factory.mktemp("workless")
    (folder / "workless.py").write_text(BACKEND)
    (folder / "scenario_tasks.py").write_text(SCENARIO)
    environment = {"PYTHONPATH": str(folder), "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    return play(folder, backends=("workless:Workless+mine://",), **environment)


def test_a_worker_that_is_never_ready_is_our_failure(workless):
    """A worker that does not take tasks is an error, with the end of its log, and nobody is blamed."""
    assert ({"tasks-task": "error"}, ExitCode.harness_error) == (workless.words(), workless.code), workless.output
    assert "WorkerError: the solo worker ended with code 1; its log ends: " in workless.because("tasks")
    assert "RuntimeError: not in a worker" in workless.because("tasks")


def test_a_scenario_that_does_not_load_in_a_contestant_is_our_failure(tmp_path, play):
    """What cannot even begin there is said at once, for each playing, and nobody is blamed."""
    (tmp_path / "scenario_elsewhere.py").write_text(ELSEWHERE)
    session = play(tmp_path)

    assert ({"kept-kv": "error", "kept-result": "error"}, ExitCode.harness_error) == (session.words(), session.code)
    assert "RuntimeError: not in a contestant" in session.because("kept")


BROKEN = """
import crisper.player.player


def watched(*_, **__):
    raise KeyError("a bug of ours")


crisper.player.player.watched = watched
"""


def test_a_bug_of_ours_leaves_no_gap(tmp_path, play):
    """What breaks in the instrument itself is said to have broken there, for each playing that it cost."""
    (tmp_path / "conftest.py").write_text(BROKEN)
    text = ELSEWHERE.replace("raise RuntimeError", "assert 'is read there, too' or RuntimeError")
    (tmp_path / "scenario_kept.py").write_text(text.replace('"result"))', '"result"), lane="watch")'))
    session = play(tmp_path)

    assert ({"kept-kv": "error", "kept-result": "error"}, ExitCode.harness_error) == (session.words(), session.code)
    assert "the harness broke: KeyError('a bug of ours')" == session.because("kept")
