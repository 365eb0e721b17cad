"""Every job of the project; `./bootstrap SESSION` runs one on a bare machine."""

from __future__ import annotations

import argparse
import os
import pathlib
import time

import nox


nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["tests", "lint", "types", "walls"]
nox.options.reuse_existing_virtualenvs = True
# Where there is uv, as ./bootstrap brings it, an environment is made in two seconds, and looked after in one.
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
# A session starts a hundred processes: what they import is compiled once, whatever the shell says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# For our own tests only: a driver's warning must not become a backend's verdict.
STRICT = ("-W", "error")
SCENARIOS = "scenarios/crisper_scenarios"


@nox.session
def tests(session: nox.Session) -> None:
    """The project's own tests that need no container engine."""
    session.install("-e", ".[dev]")
    # One more than two cores: some of each waits.
    alongside = ("-n", "3", "--dist", "loadfile")
    session.run("pytest", *STRICT, "-m", "not integration and not mutants", *alongside, *session.posargs)


@nox.session
def integration(session: nox.Session) -> None:
    """The project's own tests on real servers and in a real browser."""
    others = _install(session, "dev")
    session.run("pytest", *STRICT, "-m", "integration", *others)


@nox.session
def mutants(session: nox.Session) -> None:
    """The whole suite against backends that lie in one way each; how many were caught stands at the end."""
    session.install("-e", ".[dev]")
    session.run("pytest", *STRICT, "-m", "mutants", "scenarios/tests", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, by ruff."""
    session.install("ruff==0.17.5")
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Types, by mypy in strict mode."""
    session.install("-e", ".[dev]", "mypy==2.4.1")
    session.run("mypy", *session.posargs)


@nox.session
def walls(session: nox.Session) -> None:
    """Who may import whom, by import-linter."""
    session.install("-e", ".[dev]", "import-linter==2.16")
    session.run("lint-imports", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Everything: verdicts and numbers on real servers, and one report."""
    _play(session, SCENARIOS)


@nox.session
def gate(session: nox.Session) -> None:
    """The verdicts alone; stops a build that breaks a promise."""
    _play(session, SCENARIOS, "-m", "not measure")


@nox.session
def steady(session: nox.Session) -> None:
    """Gates in a row, `-- COUNT [ARGS]`, and which of their verdicts were not the same in all."""
    count, *others = _install(session, "bench,gevent") or ["10"]
    if not count.isdecimal() or int(count) < 1:
        session.error(f"say first how many gates: {count!r} is no number above 0")
    folder = pathlib.Path(".runs", f"steady-{time.strftime('%Y-%m-%d-%H%M%S')}")
    runs = [str(folder / f"{number}.jsonl") for number in range(1, int(count) + 1)]
    for run in runs:
        session.run("pytest", SCENARIOS, "-m", "not measure", "-q", "--run", run, *others, success_codes=range(7))
    session.run("crisper", "steady", *runs)


@nox.session
def micro(session: nox.Session) -> None:
    """The same operations under pytest-benchmark: contestants one after another, not interleaved."""
    session.install("-e", ".[bench]")
    session.run("pytest", f"{SCENARIOS}/micro.py", "--benchmark-only", *session.posargs)


@nox.session
def figures(session: nox.Session) -> None:
    """What a bundled backend is to reach, measured on real servers: `-- NAME [FIGURE]…`."""
    names = _install(session, "dev") or session.error("name the backend whose figures are asked for")
    known = [path.parent.name for path in pathlib.Path("backends/tests").glob("*/figures")]
    if names[0] not in known:
        session.error(f"there are no figures of {names[0]} (known: {', '.join(known)})")
    session.run("python", "-m", "figures", *names[1:], env={"PYTHONPATH": f"backends/tests/{names[0]}"})


@nox.session
def tax(session: nox.Session) -> None:
    """What the instrument itself costs: to record a call, and to time a closed loop on Redis or on whom you name."""
    session.install("-e", ".[bench]")
    session.run("python", "-m", "crisper_scenarios.tax", *(session.posargs or ["redis"]))


@nox.session
def report(session: nox.Session) -> None:
    """The report of a Run, the newest if none is named."""
    session.install("-e", ".[report]")
    session.run("crisper", "report", *(session.posargs or [".runs/latest.jsonl"]))


@nox.session
def findings(session: nox.Session) -> None:
    """What each backend breaks in the newest Run, or the one that is named: the page docs/findings.md."""
    session.install("-e", ".[report]")
    page = session.run("crisper", "findings", *(session.posargs or [".runs/latest.jsonl"]), silent=True)
    pathlib.Path("docs/findings.md").write_text(str(page), encoding="utf-8")


def _play(session: nox.Session, *arguments: str) -> None:
    """Play scenarios."""
    others = _install(session, "bench,gevent")
    session.run("pytest", *arguments, *others)


def _install(session: nox.Session, extra: str) -> list[str]:
    """Install an extra, on the Celery that `--celery VERSION` names, else the newest; return the other arguments."""
    asked = argparse.ArgumentParser(add_help=False)
    asked.add_argument("--celery", metavar="VERSION")
    told, others = asked.parse_known_args(session.posargs)
    # An older one may be left from last time.
    celery = [f"celery=={told.celery}"] if told.celery else ["--upgrade", "celery"]
    session.install("-e", f".[{extra}]", *celery)
    return others
