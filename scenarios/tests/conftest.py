"""Plays the real scenarios against every miniature, beside whatever else is tested meanwhile: most of it is waiting."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from crisper.player.watches import HEAVY_AT_ONCE
from crisper.runs import Run, read
from crisper.verdicts import Verdict


HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "crisper_scenarios"
sys.path.insert(0, str(HERE))
MODULES = [
    importlib.import_module(name)
    for name in (
        "miniatures",
        "lies_of_values",
        "lies_of_time",
        "lies_of_results",
        "lies_of_groups",
        "lies_of_races",
        "lies_of_waiting",
        "lies_of_upkeep",
    )
]
HONEST = MODULES[0].Honest
MINIATURES = {
    name: each
    for module in MODULES
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, HONEST)
}

#: More contestants at once would starve each other on two cores, and what is watched would be looked at too late.
TOGETHER = 4

#: What is played within seconds, whenever the project's own tests are.
BRIEF = (
    "Honest",
    "KeepsTheFirstWrite",
    "ForgetsTheSecond",
    "LosesEveryHundredth",
    "ExpiresEarly",
    "NeverExpires",
    "AnswersManyOutOfOrder",
    "DeletesNothing",
    "LetsGoOfSuccess",
)
BRIEFLY = (
    "(missing_key or bytes_round_trip or overwritten_key or removed_key or many_keys or unknown_task or task_states "
    "or late_states or expiring_keys) and not (ways_to_name_keys or numbers_of_keys)"
)


#: What is played without any waiting.
AT_ONCE = "(many_keys or unknown_task or task_states) and not (ways_to_name_keys or numbers_of_keys)"

#: Plugins that cost a session a second and do nothing for it.
UNUSED = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")


class Sessions:
    """Sessions of pytest, a few at a time, each with a few miniatures as its contestants."""

    def __init__(self, groups: list[list[str]], *, only: str = "", at_once: int = 2) -> None:
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="miniatures-", dir=_memory())))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(at_once)
        play = self._play if only else self._decided
        self._words = ["-k", only] if only else []
        self._runs = {name: run for group in groups for run in [self._threads.submit(play, group)] for name in group}

    def run(self, miniature: str) -> Run:
        """Wait for the Run that a miniature took part in."""
        run: Future[dict[str, Run]] = self._runs[miniature]
        return run.result()[miniature]

    def finished(self) -> dict[str, Run]:
        """Return the Runs that are there, by their miniatures' names."""
        ended = {name: run for name, run in self._runs.items() if run.done() and not run.cancelled()}
        return {name: run.result()[name] for name, run in ended.items() if run.exception() is None}

    def close(self) -> None:
        """End what is still under way, and leave nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.terminate()
            process.wait()
        self._stack.close()

    def _decided(self, group: list[str]) -> dict[str, Run]:
        """Play a group, and again, alone, whom the instrument was too busy to judge: that is no answer."""
        runs = self._play(group)
        return runs | {name: self._play([name])[name] for name, run in runs.items() if _undecided(name, run)}

    def _play(self, group: list[str]) -> dict[str, Run]:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        options = ["-m", "not measure and not alone and not task", "--seed", "1", "--run", str(folder / "run.jsonl")]
        backends = [f"{name}={MINIATURES[name].__module__}:{name}+mini://here{folder / name}" for name in group]
        options += [*self._words, *(word for each in backends for word in ("--backend", each))]
        with folder.joinpath("out").open("w+b") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "pytest", str(SCENARIOS), *UNUSED, *options],
                cwd=folder,
                env=os.environ | {"PYTHONPATH": str(HERE)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            self._processes.append(process)
            code = process.wait()
            output.seek(0)

            assert code in {0, 1, 6}, output.read().decode()

        run = read(folder / "run.jsonl")
        return dict.fromkeys(group, run)


def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _undecided(name: str, run: Run) -> bool:
    decidable = [each for each in _of(name, run) if each.clause not in MINIATURES[name].undecidable]
    return any(each.finding.word == "unknown" for each in decidable)


def _of(name: str, run: Run) -> list[Verdict]:
    return [each for each in run.verdicts if each.play.contestant == name]


WHOLE = pytest.StashKey[Sessions]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many lies were caught: every promise that they break found broken, and no other."""
    if WHOLE not in config.stash:
        return
    seen = {name: _seen_through(name, run) for name, run in config.stash[WHOLE].finished().items()}
    caught = [right for name, right in seen.items() if MINIATURES[name].must_fail]
    cleared = [right for name, right in seen.items() if not MINIATURES[name].must_fail]
    terminalreporter.section("mutants")
    terminalreporter.line(
        f"miniatures caught: {sum(caught)}/{len(MINIATURES) - 1}; honest ones cleared: {sum(cleared)}/1"
    )
    if missed := [name for name in MINIATURES if not seen.get(name)]:
        terminalreporter.line(f"not so: {', '.join(missed)}")


def _seen_through(name: str, run: Run) -> bool:
    broken = {each.clause for each in _of(name, run) if each.finding.word == "fail"}
    miniature = MINIATURES[name]
    return miniature.must_fail <= broken <= miniature.must_fail | miniature.may_fail


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing under way."""
    if WHOLE in config.stash:
        config.stash[WHOLE].close()


def _groups() -> list[list[str]]:
    # What is never gone is watched longest, so it begins first.
    names = sorted(MINIATURES, key=lambda name: "C2" not in MINIATURES[name].must_fail)
    return [names[start : start + TOGETHER] for start in range(0, len(names), TOGETHER)]


@pytest.fixture(scope="session")
def played(pytestconfig):
    """Return, for a miniature's name, the Run of the whole suite that it took part in."""
    pytestconfig.stash[WHOLE] = Sessions(_groups())
    return pytestconfig.stash[WHOLE].run


@pytest.fixture(scope="session")
def briefly_played():
    """Return, for a miniature's name, the Run of the first scenarios that it took part in."""
    # No more in one than begin to be watched at once.
    groups = [list(BRIEF[start : start + HEAVY_AT_ONCE]) for start in range(0, len(BRIEF), HEAVY_AT_ONCE)]
    with closing(Sessions(groups, only=BRIEFLY, at_once=len(groups))) as sessions:
        yield sessions.run


@pytest.fixture(scope="session")
def out_of_order():
    """Return a Run with real verdicts, not all of them good."""
    with closing(Sessions([["AnswersManyOutOfOrder"]], only=AT_ONCE)) as sessions:
        yield sessions.run("AnswersManyOutOfOrder")


@pytest.fixture(scope="session")
def everybody(played):
    """Return all verdicts on all miniatures."""
    return [verdict for name in MINIATURES for verdict in _of(name, played(name))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each question of every miniature."""
    if "miniature" in metafunc.fixturenames:
        names = BRIEF if "briefly_played" in metafunc.fixturenames else tuple(MINIATURES)
        metafunc.parametrize("miniature", [MINIATURES[name] for name in names], ids=names)
