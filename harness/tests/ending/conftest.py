"""Plays small scenarios in a pytest of their own, in an empty folder, against backends that are declared there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from forked import session_played

from crisper import runs


SCENARIOS = '''
"""Small scenarios, one for each way in which a session can end."""

from __future__ import annotations

import os
import signal

from crisper.checks.register import reads_see_last_write
from crisper.clauses import Clause
from crisper.scenario import scenario
from crisper.verdicts import undecided

X1 = Clause(id="X1", sentence="What is written is read.", level="must", source="here")
X2 = Clause(id="X2", sentence="What is written should be read.", level="should", source="here")
X3 = Clause(id="X3", sentence="Nobody can tell.", level="must", source="here")


@scenario({X1: reads_see_last_write}, layers=("kv", "result"))
def written(stage):
    """Write and read."""
    client, key = stage.client(), stage.key()
    client.write(key, b"here")
    client.read(key)


@scenario({X2: reads_see_last_write}, layers=("kv",))
def wished(stage):
    """Write and read, as a wish."""
    client, key = stage.client(), stage.key()
    client.write(key, b"here")
    client.read(key)


@scenario({X3: lambda history, contestant: undecided("nobody can tell")}, layers=("kv",))
def doubted(stage):
    """Do nothing."""


@scenario({X1: reads_see_last_write}, layers=("kv",))
def interrupted(stage):
    """Let somebody press Ctrl-C, once."""
    written.script(stage)
    os.kill(int(os.environ["SESSION"]), signal.SIGINT)
'''

BACKENDS = '''
"""Backends that are wrong in one way each, and their declaration."""

from pathlib import Path

from celery.backends.base import KeyValueStoreBackend

from crisper.backends import Backend


class Forgetful(KeyValueStoreBackend):
    """Keeps nothing."""

    def get(self, key):
        return None

    def set(self, key, value):
        pass


class Broken(KeyValueStoreBackend):
    """Cannot be made."""

    def __init__(self, *args, **kwargs):
        raise RuntimeError("no such luck")


forgetful = Backend(
    name="forgetful",
    url="wrong:Forgetful+wrong://",
    claims=frozenset({"kv", "shared"}),
    client="",
    deviations=Path(__file__).parent / "deviations.toml",
)
'''

ENTRY_POINT = "[crisper.backends]\nforgetful = wrong:forgetful\n"

DEVIATION = """
[[deviation]]
backend = "forgetful"
clause = "{clause}"
scenario = "{scenario}"
message = "{message}"
upstream = "https://example.org/1"
review_by = {review_by}
"""


FORGETFUL, MEMORY = ("--backend", "forgetful"), ("--backend", "memory")
BROKEN = ("--backend", "broken=wrong:Broken+wrong://")
FILES = ("--junitxml", "junit.xml")


@dataclass(frozen=True)
class Asked:
    """What a session is asked for; `known` is a deviation on file."""

    arguments: tuple[str, ...]
    known: dict[str, str] | None = None
    environment: dict[str, str] = field(default_factory=dict)


#: Every session that a test looks at.
SESSIONS = {
    "kept": Asked((*MEMORY, "-k", "written or wished"), environment={"GITHUB_STEP_SUMMARY": "/nowhere/step.md"}),
    "broken": Asked((*FORGETFUL, "-k", "written or doubted", *FILES), environment={"GITHUB_STEP_SUMMARY": "step.md"}),
    "known": Asked((*FORGETFUL, "-k", "written", *FILES), {}),
    "otherwise": Asked((*FORGETFUL, "-k", "written"), {"message": "something else"}),
    "past": Asked((*FORGETFUL, "-k", "written"), {"review_by": "2020-01-01"}),
    "should": Asked((*FORGETFUL, "-k", "wished")),
    "strict": Asked((*FORGETFUL, "-k", "wished", "--strict")),
    "interrupted": Asked((*MEMORY, "-k", "interrupted")),
    "error": Asked((*BROKEN, "-k", "written", *FILES)),
    "nobody": Asked(("--backend", "nobody")),
    "scheme": Asked(("--backend", "nobody://x")),
    "image": Asked((*MEMORY, "--image", "redis")),
    "exists": Asked((*MEMORY, "--run", "wrong.py")),
    "filtered": Asked((*MEMORY, "-k", "written", "--update-deviations")),
    "nothing": Asked((*MEMORY, "-k", "nothing_of_that_name")),
    "undecided": Asked((*MEMORY, "-k", "doubted")),
}


class Session:
    """What came of a session: its exit code, what it said, and its Run."""

    def __init__(self, folder: Path, asked: Asked) -> None:
        self.folder = folder
        self.file = folder / "run.jsonl"
        _lay_out(folder, asked.known)
        command = ["-p", "crisper.plugin", "-p", "no:cacheprovider", "scenario_small.py"]
        paths = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = os.environ | {"PYTHONPATH": paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | asked.environment
        self.code, self.said = session_played(
            folder, [*command, "--run", self.file.name, *asked.arguments], environment
        )

    @property
    def run(self):
        """The Run that it wrote."""
        return runs.read(self.file)

    @property
    def cases(self):
        """What JUnit XML says of each item."""
        return {each.get("name"): each for each in ET.parse(self.folder / "junit.xml").iter("testcase")}


def _lay_out(folder: Path, known: dict[str, str] | None) -> None:
    folder.mkdir()
    (folder / "scenario_small.py").write_text(SCENARIOS)
    (folder / "wrong.py").write_text(BACKENDS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    installed = folder / "wrong-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: wrong\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(ENTRY_POINT)
    if known is not None:
        default = {"clause": "X1", "scenario": "written", "message": "answered nothing", "review_by": "2099-01-01"}
        (folder / "deviations.toml").write_text(DEVIATION.format(**default | known))


@pytest.fixture(scope="session")
def session(tmp_path_factory):
    """Return, for a name, the session that was played, once."""
    folder = tmp_path_factory.mktemp("sessions")
    return cache(lambda name: Session(folder / name, SESSIONS[name]))


@pytest.fixture
def again(tmp_path):
    """Play once more, with these arguments."""
    return lambda *arguments: Session(tmp_path / "again", Asked(arguments))
