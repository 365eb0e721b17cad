from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crisper.gate import ExitCode
from crisper.runs import read


EXAMPLE = Path(__file__).parent / "example"
NAMES = ("drawer", "memcached", "postgresql", "valkey")
#: A file has no end by itself, which is not claimed. Memcached's clock ticks once a second, so that a life ends up to a
#: second before its time; and its keys are gone through twice.
BROKEN = {"drawer": set(), "memcached": {"A11", "C1"}, "postgresql": set(), "valkey": set()}
FIRST = "(overwritten_key or many_keys or unknown_task or task_states or late_states or removed_key) and not numbers_of"
CONFTEST = 'pytest_plugins = ["crisper.plugin"]\n'
OWN = '''
def test_of_one_s_own():
    """Is as it was."""
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return the environment of somebody who has installed the example package."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(EXAMPLE)]
    subprocess.run(pip, check=True)
    return os.environ | {"PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def played(folder, environment, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "--run", "run.jsonl", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done, read(folder / "run.jsonl")


@pytest.fixture(scope="module")
def session(tmp_path_factory, installed):
    """Return the session in which the package's contestants play its scenario, and the first of Crisper's own."""
    backends = [word for name in NAMES for word in ("--backend", name)]
    packages = ["--pyargs", "crisper_scenarios", "crisper_example.scenarios"]
    words = f"thrice or expiring_keys or {FIRST}"
    folder = tmp_path_factory.mktemp("session")
    return played(folder, installed, "-p", "crisper.plugin", *packages, "-k", words, *backends)


@pytest.mark.parametrize(("file", "most"), [("drawer.py", 20), ("scenarios/thrice.py", 12)])
def test_it_is_short(file, most):
    """What one has to write is as long as the documentation says."""
    text = (EXAMPLE / "crisper_example" / file).read_text()
    (start,) = (text.index(word) for word in ("class ", "X1 = ") if word in text)

    assert most >= sum(1 for line in text[start:].splitlines() if line.strip())


@pytest.mark.integration
@pytest.mark.parametrize("name", NAMES)
def test_a_contestant_by_entry_point(session, name):
    """It plays on its real server, and what it keeps and breaks is found with no word about it in Crisper."""
    done, run = session
    words = {(each.clause, each.finding.word) for each in run.verdicts if each.play.contestant == name}

    assert BROKEN[name] == {clause for clause, word in words if word == "fail"}, done.stdout
    assert {clause for clause, word in words if word == "pass"} >= {"A6", "A8", "B1", "B2", "B3", "X1"}


@pytest.mark.integration
@pytest.mark.parametrize("name", NAMES[1:])
def test_its_server_is_told(session, name):
    """The Run holds the version that the server told itself."""
    _, run = session
    (found,) = (each for each in run.contestants if each.name == name)

    assert found.server is not None
    assert found.server.version[0].isdigit()


@pytest.mark.integration
def test_a_contestant_by_url(tmp_path, installed):
    """A class that nobody has declared takes part by its URL."""
    url = f"mine=crisper_example.drawer:Drawer+drawer://{tmp_path}"
    done, run = played(
        tmp_path, installed, "-p", "crisper.plugin", "--pyargs", "crisper_scenarios", "-k", FIRST, "--backend", url
    )

    assert (ExitCode.conforms, {"pass"}) == (done.returncode, {each.finding.word for each in run.verdicts}), done.stdout


@pytest.mark.integration
def test_from_one_s_own_pytest(tmp_path, installed):
    """Beside tests of one's own, a scenario is played with them, by one command."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_own.py").write_text(OWN)
    (tmp_path / "scenario_own.py").write_text((EXAMPLE / "crisper_example/scenarios/thrice.py").read_text())
    done, run = played(tmp_path, installed, "--backend", "drawer")

    assert "3 passed" in done.stdout
    assert (0, {"pass"}) == (done.returncode, {each.finding.word for each in run.verdicts})
