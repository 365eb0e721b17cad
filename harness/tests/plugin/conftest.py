"""Plays sessions of pytest in processes of their own, in empty folders, with scenarios of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conditions import until
from forked import session_played

from crisper.runs import Run, read


HERE = Path(__file__).parent
ENVIRONMENT = {
    # What is installed besides, and what the outer session was told, is none of their business.
    **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))},
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}


@dataclass(frozen=True)
class Session:
    """What came of a session: its exit code, all that it printed, where its Run would be, and its temporary folder."""

    code: int
    output: str
    folder: Path
    home: Path = Path(tempfile.gettempdir())

    @property
    def file(self) -> Path:
        """The Run's file."""
        return self.folder / "run.jsonl"

    @property
    def run(self) -> Run:
        """The Run, read back."""
        return read(self.file)

    def words(self) -> dict[str, str]:
        """Return the verdicts by scenario and layer."""
        return {f"{each.play.scenario}-{each.play.layer}": each.finding.word for each in self.run.verdicts}

    def because(self, scenario: str) -> str:
        """Return why a scenario's verdict is what it is."""
        return next(each.finding.because for each in self.run.verdicts if each.play.scenario == scenario)


def _words(arguments: tuple[str, ...], backends: tuple[str, ...]) -> list[str]:
    run = [] if "--run" in arguments else ["--run", "run.jsonl"]
    asked = [word for backend in backends for word in ("--backend", backend)]
    return ["-p", "crisper.plugin", "-q", *arguments, *asked, *run]


def begin(
    folder: Path, *arguments: str, backends: tuple[str, ...] = ("memory",), **environment: str
) -> subprocess.Popen[str]:
    """Begin a session that writes run.jsonl, as far as the arguments do not say otherwise."""
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *_words(arguments, backends)],
        cwd=folder,
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def play(folder: Path, *arguments: str, backends: tuple[str, ...] = ("memory",), **environment: str) -> Session:
    """Play a session to its end."""
    code, output = session_played(folder, _words(arguments, backends), ENVIRONMENT | environment)
    return Session(code, output, folder)


@pytest.fixture(scope="session", name="play")
def _play():
    """Return the function that plays a session in a folder."""
    return play


def own(folder: Path) -> Path:
    """Put scenarios of one's own into a folder."""
    shutil.copy(HERE / "own_scenarios.py", folder / "scenario_own.py")
    return folder


@pytest.fixture(scope="session", name="own")
def _own():
    """Return the function that puts scenarios into a folder."""
    return own


@pytest.fixture
def folder(tmp_path):
    """Return a folder with scenarios of one's own."""
    return own(tmp_path)


@pytest.fixture(scope="session")
def everything(tmp_path_factory):
    """Return the session in which every own scenario was played, with a JUnit report."""
    home = Path(tempfile.mkdtemp(prefix="c-"))  # short, since sockets are made in it
    session = play(own(tmp_path_factory.mktemp("everything")), "--junitxml", "junit.xml", TMPDIR=str(home))
    yield replace(session, home=home)
    shutil.rmtree(home)


@pytest.fixture
def installed(folder):
    """Return a function that installs a module with an entry point, for sessions that get the PYTHONPATH it returns."""

    def install(group: str, name: str, text: str) -> dict[str, str]:
        (folder / "own_package.py").write_text(text)
        metadata = folder / "own_package-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: own-package\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{name} = own_package:{name}\n")
        return {"PYTHONPATH": str(folder)}

    return install


@dataclass(frozen=True)
class Underway:
    """A session that is playing `blocking`, and its contestant's process."""

    process: subprocess.Popen[str]
    folder: Path
    contestant: int

    def ended(self) -> Session:
        """Wait for its end, whatever brings it about."""
        output, _ = self.process.communicate(timeout=60)
        return Session(self.process.returncode, output, self.folder)


@pytest.fixture
def underway(tmp_path):
    """Return a session that has played one scenario and will not come to the end of the next."""
    shutil.copy(HERE / "blocking_scenarios.py", tmp_path / "scenario_own.py")
    with begin(tmp_path) as process:
        try:
            until(lambda: process.poll() is not None or '"kept"' in _verdicts(tmp_path / "run.jsonl"), 60)
            (nursery,) = children(process.pid)
            (branch,) = children(nursery)
            (contestant,) = children(branch)
            yield Underway(process, tmp_path, contestant)
        finally:
            process.kill()


def _verdicts(file: Path) -> str:
    lines = file.read_text().splitlines() if file.exists() else []
    return "".join(line for line in lines if line.startswith('{"record":"verdict"'))


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in listed for child in file.read_text().split()]


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def has_ended():
    """Return the function that tells whether a process has ended."""
    return gone
