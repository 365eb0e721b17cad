"""Plays the real scenarios against every miniature, beside whatever else is tested meanwhile: most of it is waiting."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from crisper.runs import Run, read


HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "crisper_scenarios"
sys.path.insert(0, str(HERE))
MODULES = [
    importlib.import_module(name)
    for name in ("miniatures", "lies_of_values", "lies_of_time", "lies_of_results")
]
HONEST = MODULES[0].Honest
MINIATURES = {
    name: each
    for module in MODULES
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, HONEST)
}

#: More contestants at once would starve each other on two cores, and what is watched would be looked at too late.
TOGETHER = 6


class Sessions:
    """Sessions of pytest, two at a time, each with a few miniatures as its contestants."""

    def __init__(self, groups: list[list[str]]) -> None:
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="miniatures-")))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(2)
        self._runs = {
            name: run for group in groups for run in [self._threads.submit(self._play, group)] for name in group
        }

    def run(self, miniature: str) -> Run:
        """Wait for the Run that a miniature took part in."""
        run: Future[Run] = self._runs[miniature]
        return run.result()

    def close(self) -> None:
        """End what is still under way, and leave nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.terminate()
            process.wait()
        self._stack.close()

    def _play(self, group: list[str]) -> Run:
        file = self._folder / f"{group[0]}.jsonl"
        backends = [word for name in group for word in ("--backend", f"{name}=miniatures:{name}+mini://")]
        options = [
            "-p",
            "no:cacheprovider",
            "-m",
            "not measure and not alone and not task",
            "--seed",
            "1",
            "--run",
            str(file),
        ]
        with file.with_suffix(".out").open("w+b") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "pytest", str(SCENARIOS), *options, *backends],
                cwd=self._folder,
                env=os.environ | {"PYTHONPATH": str(HERE)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            self._processes.append(process)
            code = process.wait()
            output.seek(0)

            assert code in {0, 1, 6}, output.read().decode()

        return read(file)


SESSIONS = pytest.StashKey[Sessions]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin as soon as it is known that somebody will ask."""
    asked = any("played" in getattr(item, "fixturenames", ()) for item in session.items)
    if asked and not session.config.option.collectonly:
        session.config.stash[SESSIONS] = Sessions(_groups())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing under way."""
    if SESSIONS in config.stash:
        config.stash[SESSIONS].close()


def _groups() -> list[list[str]]:
    # What is never gone is watched longest, so it begins first.
    lasting = [name for name, each in MINIATURES.items() if "C2" in each.must_fail]
    others = [name for name in MINIATURES if name not in lasting]
    return [lasting, *(others[start : start + TOGETHER] for start in range(0, len(others), TOGETHER))]


@pytest.fixture(scope="session")
def played(pytestconfig):
    """Return, for a miniature's name, the Run that it took part in."""
    return pytestconfig.stash[SESSIONS].run


@pytest.fixture(scope="session")
def everybody(played):
    """Return all verdicts on all miniatures."""
    runs = {run.path: run for run in map(played, MINIATURES)}
    return [verdict for run in runs.values() for verdict in run.verdicts]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each question of every miniature."""
    if "miniature" in metafunc.fixturenames:
        metafunc.parametrize("miniature", MINIATURES.values(), ids=list(MINIATURES))
