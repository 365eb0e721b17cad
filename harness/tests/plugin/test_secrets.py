from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from functools import cached_property
from pathlib import Path

import pytest

from crisper.runs import read


HERE = Path(__file__).parent
PLACES = (
    "PASSWORD",
    "QUERY",
    "ACCOUNT",
    "OPTION",
    "NESTED",
    "BROKER",
    "ENVIRONMENT",
    "TOKEN",
    "INNER",
    "REFUSED",
    "DECLARED",
)

#: One for each place where a secret may stand; what a URL has to quote stands quoted in it, and is told as it is.
CANARIES = {place: f"{place.lower()}-{secrets.token_hex(8)}" for place in PLACES}
QUOTED = f"p@{CANARIES['PASSWORD']}"

URL = (
    f"telling=telling_backend:Telling+telling://user:p%40{CANARIES['PASSWORD']}@host/AccountKey={CANARIES['ACCOUNT']};Name=x"
    f"?token={CANARIES['QUERY']}&db=1"
)
REFUSED = f"refusing=telling_backend:Refusing+telling://:{CANARIES['REFUSED']}@host"
UNKNOWN = "nonsense://:{}@host"
ENVIRONMENT = {
    "CANARY_OPTION": CANARIES["OPTION"],
    "CANARY_NESTED": CANARIES["NESTED"],
    "CANARY_BROKER": f"amqp://user:{CANARIES['BROKER']}@127.0.0.1:1//",
    "STORE_PASSWORD": CANARIES["ENVIRONMENT"],
    "STORE_HTTP_TOKEN": CANARIES["TOKEN"],
    "STORE_URL": f"store://user:{CANARIES['INNER']}@host/",
}
DECLARED = f"""
from crisper.backends import Backend

own = Backend(
    name="own",
    url="telling_backend:Telling+telling://:{CANARIES["DECLARED"]}@host",
    claims=frozenset({{"kv", "shared"}}),
    client="",
    yours=True,
)
"""


class Told:
    """A session and everything that it left: files, output, and the titles of its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.titles: set[str] = set()
        surroundings = (
            os.environ
            | ENVIRONMENT
            | {
                "PYTHONPATH": os.pathsep.join([str(HERE), str(folder / "installed")]),
                "PYTEST_ADDOPTS": f"--backend={URL} --backend {REFUSED}",
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "GITHUB_STEP_SUMMARY": "step.md",
                "DOCKER_HOST": "unix:///nowhere/docker.sock",
            }
        )
        command = [sys.executable, "-m", "pytest", "-p", "crisper.plugin", "-vv", "-rA", "-l", "--backend", "own"]
        with subprocess.Popen(
            [*command, "--run", "run.jsonl", "--junitxml", "junit.xml"],
            cwd=folder,
            env=surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            ended = threading.Event()
            watch = threading.Thread(target=self._watch, args=(process.pid, ended))
            watch.start()
            self.output, _ = process.communicate(timeout=180)
            ended.set()
            watch.join()

    def _watch(self, pid: int, ended: threading.Event) -> None:
        while not ended.wait(0.05):
            for each in _descendants(pid):
                try:
                    self.titles.add(Path(f"/proc/{each}/cmdline").read_text(errors="replace"))
                except OSError:  # it ended meanwhile
                    continue

    @cached_property
    def texts(self) -> dict[str, str]:
        """All that was left, by what it is."""
        files = [each for each in self.folder.rglob("*") if each.is_file() and "installed" not in each.parts]
        shown = {
            " ".join(each): subprocess.run(
                [sys.executable, "-m", "crisper.cli", *each],
                cwd=self.folder,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for each in (["summary", "run.jsonl"], ["summary", "run.jsonl", "--json"])
        }
        named = {str(each.relative_to(self.folder)): each.read_text(errors="replace") for each in files}
        return named | shown | {"output": self.output, "titles": "\n".join(self.titles)}


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for file in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, file.read_text().split())
            except OSError:  # it ended meanwhile
                continue
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "scenario_telling.py").write_text("from telling_scenarios import apart, asked, sent, stumbling, timed\n")
    installed = folder / "installed" / "own_package-1.0.dist-info"
    installed.mkdir(parents=True)
    (installed.parent / "own_package.py").write_text(DECLARED)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: own-package\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[crisper.backends]\nown = own_package:own\n")
    return Told(folder)


def test_it_was_all_played(told):
    """Every way out was taken: failures with scripts, broken scripts, logs, other processes, a failed measurement."""
    run = read(told.folder / "run.jsonl")
    words = {f"{each.play.scenario}-{each.play.contestant}": each.finding.word for each in run.verdicts}
    kinds = {each.kind for history in run.histories for each in history.observations}

    assert {"fail"} == {words[f"{name}-{who}"] for name in ("asked", "apart", "sent") for who in ("telling", "own")}
    assert {"error"} == {word for name, word in words.items() if name.endswith("refusing")}
    assert {"client", "complaint", "lost", "log"} <= kinds
    assert {"failing"} == {each.validity for each in run.measurements}
    assert run.reproductions


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_told_nowhere(told, place):
    """No file, no output, no process's title and no command of the session holds it."""
    assert [] == [name for name, text in told.texts.items() if CANARIES[place] in text]


def test_what_was_quoted_is_not_told_either(told):
    """A password that a URL quotes is hidden as the server gets it, too."""
    assert [] == [name for name, text in told.texts.items() if "p@p" in text or "p%40p" in text]


def test_what_is_no_secret_stays(told):
    """The user's name, the host and the options' names are shown."""
    run = read(told.folder / "run.jsonl")
    (url,) = (each.url for each in run.contestants if each.name == "telling")

    assert "telling_backend:Telling+telling://user:***@host/AccountKey=***;Name=x?token=***&db=***" == url


def test_an_unknown_scheme_tells_nothing(tmp_path, own, play):
    """What is refused before anything is played is refused without its password."""
    session = play(own(tmp_path), backends=(UNKNOWN.format(CANARIES["REFUSED"]),))

    assert (4, False) == (session.code, CANARIES["REFUSED"] in session.output)
