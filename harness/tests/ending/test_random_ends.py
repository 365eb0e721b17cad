from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crisper import runs
from crisper.errors import RunError
from crisper.servers import containers, strays, sweeping
from crisper.servers.parallel import Servers


pytestmark = pytest.mark.integration

SEED = 20
MOMENTS = 20
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)

#: From the start of Python to after the end of what is played.
LATEST_S = 7.0

#: So many are cut off beside each other, and beside one that is not.
TOGETHER = 2


class Sessions:
    """Sessions on Redis whose leases and folders lie in a place of their own; their scenarios are importable."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.scenarios = place / "scenarios"
        self.scenarios.mkdir()
        shutil.copy(Path(__file__).with_name("brief_scenarios.py"), self.scenarios)
        (self.scenarios / "scenario_brief.py").write_text("from brief_scenarios import alone, apart, shared, watched\n")

    def begin(self, name: str) -> subprocess.Popen[bytes]:
        """Begin a session that writes a Run of that name."""
        command = [sys.executable, "-m", "pytest", "-p", "crisper.plugin", "-p", "no:cacheprovider", "-q"]
        with self.output(name).open("wb") as output:
            return subprocess.Popen(
                [*command, "scenario_brief.py", "--backend", "redis", "--run", str(self.run(name))],
                cwd=self.scenarios,
                env=os.environ | {"TMPDIR": str(self.place), "PYTHONPATH": str(self.scenarios)},
                stdout=output,
                stderr=output,
            )

    def cut_off(self, name: str, moment_s: float, how: signal.Signals) -> int:
        """Begin a session, and end it by a signal at that moment, unless it is over; return its exit code."""
        process = self.begin(name)
        try:
            process.wait(timeout=moment_s)
        except subprocess.TimeoutExpired:
            process.send_signal(how)
        return process.wait(timeout=30)

    def run(self, name: str) -> Path:
        """Where a Run is."""
        return self.place / f"{name}.jsonl"

    def output(self, name: str) -> Path:
        """Where what a session said is."""
        return self.place / f"{name}.log"

    def left(self, client) -> list[str]:
        """Return what is left of any session here: containers, volumes, networks, processes, leases and folders."""
        labels = ((each, sweeping._labels(each)[sweeping.LEASE]) for each in sweeping._labelled(client))
        things = [each for each, lease in labels if lease.startswith(self._home)]
        marked = [each for each in strays.marked() if str(each.lease).startswith(self._home)]
        files = [str(each) for each in Path(self._home).iterdir() if each.suffix != ".lock"]
        folders = [str(each) for each in self.place.glob("*pymp*")]
        return [each.name for each in (*things, *marked)] + files + folders

    @property
    def _home(self) -> str:
        return str(self.place / f"crisper-{os.getuid()}")


class Steady:
    """Plays one session after another, each to its end; its exit codes, by the sessions' names."""

    def __init__(self, sessions: Sessions) -> None:
        self.codes: dict[str, int] = {}
        self._sessions = sessions
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def __enter__(self) -> dict[str, int]:
        return self.codes

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _play(self) -> None:
        while not self._enough.is_set():
            name = f"steady-{len(self.codes)}"
            self.codes[name] = self._sessions.begin(name).wait()


@pytest.fixture(scope="module")
def sessions():
    # A short path: sockets are made below it.
    place = Path(tempfile.mkdtemp(prefix="ends-"))
    yield Sessions(place)
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def ended(sessions):
    """Twenty sessions, each ended at a random moment by a random signal, and the ones that were played beside them."""
    chance = random.Random(SEED)
    moments = {f"ended-{number}": chance.uniform(0.3, LATEST_S) for number in range(MOMENTS)}
    with Steady(sessions) as steady, ThreadPoolExecutor(TOGETHER) as threads:
        codes = threads.map(sessions.cut_off, moments, moments.values(), itertools.cycle(SIGNALS))
        ends = dict(zip(moments, codes, strict=True))
    return ends, steady


def test_the_next_start_leaves_nothing(sessions, ended, monkeypatch):
    """However sessions were ended, nothing of theirs is left once another one has begun, and is over."""
    assert MOMENTS == len(ended[0])

    monkeypatch.setattr(tempfile, "tempdir", str(sessions.place))
    with Servers(say=print):
        pass
    client = containers.connect()
    left = sessions.left(client)
    client.close()

    assert [] == left


def test_whatever_was_written_is_read(sessions, ended):
    """A Run that was cut off is readable to its last record; one that has no header yet says that it is none."""
    for name in ended[0]:
        path = sessions.run(name)
        if path.exists() and path.read_bytes().count(b"\n"):
            runs.read(path)
        elif path.exists():
            with pytest.raises(RunError, match=r"is empty|cut off within its first line"):
                runs.read(path)


def test_a_run_beside_them_is_untouched(sessions, ended):
    """Whoever plays meanwhile comes to the end, with every promise kept."""
    said = "\n".join(sessions.output(name).read_text() for name in ended[1])
    words = {each.finding.word for name in ended[1] for each in runs.read(sessions.run(name)).verdicts}

    assert ({0}, {"pass"}) == (set(ended[1].values()), words), said
