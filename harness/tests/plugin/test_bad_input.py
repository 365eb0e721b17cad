from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crisper.gate import ExitCode


OWN = Path(__file__).with_name("own_scenarios.py")
MEMORY = ("memory",)

#: What is asked for, with which contestants, and what is said of it.
CASES = {
    "an unknown backend": ([], ["reddis"], "--backend reddis: no such backend (known: "),
    "an unknown scheme": (
        [],
        ["nonsense://:s3cret@host/0"],
        "--backend nonsense://:***@host/0: Celery has no result backend for the scheme 'nonsense'",
    ),
    "nobody listening": ([], ["redis://127.0.0.1:{port}/0"], "nobody listens at 127.0.0.1:{port} (Connection refused)"),
    "a malformed image": (["--image", "redis:8"], MEMORY, "--image redis:8: not of the form ENGINE=REFERENCE"),
    "an engine that nobody has": (
        ["--image", "reddis=x"],
        MEMORY,
        "--image reddis=x: no declared backend has an engine called reddis (known: ",
    ),
    "a label that names no file": (
        [],
        ["../up=cache+memory://"],
        "--backend ../up=cache+memory://: the label before = has more than letters, digits, '.', '_' and '-'",
    ),
    "a host that nobody knows": (
        [],
        ["redis://:s3cret@no-such-host.invalid/0"],
        "--backend redis://:***@no-such-host.invalid/0: it cannot be reached (ConnectionError: ",
    ),
    "a Run in a file": (
        ["--run", "scenario_own.py/run.jsonl"],
        MEMORY,
        "--run scenario_own.py/run.jsonl: scenario_own.py: File exists (choose a place where a file can be made)",
    ),
    "a Run in place of a folder": (["--run", "."], MEMORY, "--run .: it is a folder (choose another"),
    "a Run that exists": (
        ["--run", "scenario_own.py"],
        MEMORY,
        "--run scenario_own.py: the file exists (choose another",
    ),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory, play):
    """Return each session with bad input, two at a time, and the port at which nobody listens."""
    with socket.socket() as unheard, ThreadPoolExecutor(2) as threads:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]

        def played(case):
            folder = tmp_path_factory.mktemp("bad")
            (folder / "scenario_own.py").write_text(OWN.read_text())
            arguments, backends, _ = CASES[case]
            return play(folder, *arguments, backends=tuple(each.format(port=port) for each in backends))

        return dict(zip(CASES, threads.map(played, CASES), strict=True)), port


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_clear_line(refused, case):
    """What cannot work is said in one line, with the exit code for usage, and no traceback."""
    sessions, port = refused
    session, said = sessions[case], CASES[case][-1].format(port=port)
    lines = [line for line in session.output.splitlines() if said in line]

    assert (ExitCode.usage, 1) == (session.code, len(lines)), session.output
    assert [] == [word for word in ("Traceback", "crisper/plugin", "s3cret") if word in session.output]


@pytest.mark.parametrize("case", CASES)
def test_bad_input_starts_nothing(refused, case):
    """Where the input is bad, no Run is begun, and nothing that exists is touched."""
    session = refused[0][case]

    assert ([], OWN.read_text()) == (
        list(session.folder.glob("*.jsonl")),
        (session.folder / "scenario_own.py").read_text(),
    )


@pytest.fixture(scope="module")
def engineless(tmp_path_factory, play):
    """Return a session where no container engine answers, with one contestant who needs one and one who does not."""
    folder = tmp_path_factory.mktemp("engineless")
    (folder / "scenario_own.py").write_text(OWN.read_text())
    return play(folder, "-k", "lasting", backends=("redis", "memory"), DOCKER_HOST="unix:///nowhere/docker.sock")


def test_without_an_engine_the_others_play(engineless):
    """Whoever needs a server that cannot be had fails as our error, not as the backend's; nobody else is touched."""
    words = {str(each.play): each.finding.word for each in engineless.run.verdicts}

    assert {"lasting[kv-redis]": "error", "lasting[kv-memory]": "pass"} == words
    assert "\ncrisper: redis: no container engine answers at unix:///nowhere/docker.sock" in engineless.output


def test_without_an_engine_the_exit_code_is_ours(engineless):
    """A server that cannot be had is the harness's error, without a traceback."""
    assert (ExitCode.harness_error, False) == (engineless.code, "Traceback" in engineless.output), engineless.output


def test_a_scenario_file_that_does_not_load_starts_nothing(folder, play):
    """A mistake in somebody's own scenario file is shown where it is, and nothing is begun."""
    (folder / "scenario_mistaken.py").write_text("import no_such_module\n")
    session = play(folder, "-k", "lasting")

    assert "no_such_module" in session.output
    assert (True, False) == (session.code != 0, session.file.exists())


BACKEND = """
from pathlib import Path

from crisper.backends import Backend

mine = Backend(
    name="mine",
    url="cache+memory://",
    claims=frozenset({"kv"}),
    client="celery",
    deviations=Path(__file__).with_name("deviations.toml"),
)
"""


def test_a_malformed_deviations_file_is_one_clear_line(folder, installed, play):
    """A declared backend whose deviations cannot be read fails as our error, naming the file and the field."""
    environment = installed("crisper.backends", "mine", BACKEND)
    (folder / "deviations.toml").write_text("[[deviation]]\nbackend = 1\n")
    session = play(folder, "-k", "lasting", backends=("mine",), **environment)

    assert "deviations.toml: Expected `str`, got `int` - at `$.deviation[0].backend`" in session.output
    assert (ExitCode.harness_error, False) == (session.code, "Traceback" in session.output), session.output


REPORT = """
def mine(run):
    raise ValueError("no paper left")
"""


def test_a_report_that_crashes_changes_no_exit_code(folder, installed, play):
    """Whatever becomes of the report, the exit code speaks of the backends, and the Run's path is shown."""
    environment = installed("crisper.closing", "mine", REPORT)
    session = play(folder, "-k", "lasting", **environment)

    assert (ExitCode.conforms, True) == (session.code, "run.jsonl" in session.output), session.output
