"""What can be asked for on pytest's command line."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import get_args

import pytest

from crisper import registry
from crisper.backends import Backend
from crisper.clauses import Layer
from crisper.errors import UsageError
from crisper.scenario import Lane
from crisper.secrecy import redacted


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add Crisper's options."""
    group = parser.getgroup("crisper", "result backends")
    group.addoption(
        "--backend",
        action="append",
        metavar="NAME|URL",
        help="a contestant: a declared name, a result_backend URL, or label=URL; repeatable (default: all names)",
    )
    group.addoption("--run", metavar="FILE", help="where to write the Run (default: .runs/DATE-ID.jsonl)")
    group.addoption("--seed", type=int, metavar="N", help="the seed of all random choices (default: a new one)")
    group.addoption("--profile", choices=("quick", "full"), default="quick", help="how much is played")
    group.addoption(
        "--allow-destructive",
        action="store_true",
        help="play faults on servers given by URL too, as far as that can be done without their container",
    )
    group.addoption(
        "--image",
        action="append",
        metavar="ENGINE=REFERENCE",
        help="the container image of an engine, instead of the official one; repeatable",
    )
    group.addoption(
        "--update-deviations",
        action="store_true",
        help="write beside the Run what the files of known deviations would have to say; needs a whole run",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what cannot work, before anything is collected."""
    if getattr(config.option, "numprocesses", None) and any(map(_may_play, config.args)):
        message = "-n: pytest-xdist would start every server once per worker; Crisper plays in parallel already"
        raise pytest.UsageError(message)
    for mark in (*get_args(Lane), *get_args(Layer)):
        config.addinivalue_line("markers", f"{mark}: scenarios of this lane or layer")


def _may_play(argument: str) -> bool:
    path = Path(argument.partition("::")[0]).resolve()
    if not path.is_dir():
        return True
    declared = any(path == folder or path in folder.parents for folder in registry.scenario_folders())
    return declared or any(path.rglob("scenario_*.py"))


def images(config: pytest.Config) -> dict[str, str]:
    """Return the images asked for, by engine.

    Raises UsageError where one is not ENGINE=REFERENCE, or nobody has such an engine.
    """
    pairs = [option.partition("=") for option in config.option.image or ()]
    for engine, equals, reference in pairs:
        if not (engine and equals and reference):
            message = f"--image {engine}{equals}{reference}: not of the form ENGINE=REFERENCE"
            raise UsageError(message)
        known = registry.engine_names()
        if engine not in known:
            message = f"--image {engine}={reference}: no declared backend has an engine called {engine}"
            raise UsageError(message, hint=f"known: {', '.join(known)}")
    return {engine: reference for engine, _, reference in pairs}


def strict(config: pytest.Config) -> bool:
    """Whether a failing should fails the gate too: pytest's own --strict, where it is given on the command line."""
    return "--strict" in config.invocation_params.args


def seed(config: pytest.Config) -> int:
    """Return the seed, drawing one where none was given."""
    return secrets.randbelow(2**31) if config.option.seed is None else int(config.option.seed)


def backends(config: pytest.Config) -> dict[str, tuple[str, Backend]]:
    """Return the contestants asked for, by name: the option that named each, and its declaration.

    Raises UsageError where two share a name, or a URL reaches nobody. A class of somebody's own is not asked: what it
    might do to this process nobody knows.
    """
    found: dict[str, tuple[str, Backend]] = {}
    for option in config.option.backend or registry.backend_names():
        backend = registry.backend(option)
        if backend.name in found:
            message = f"--backend: two contestants are called {backend.name}"
            raise UsageError(message, hint="name one of them: --backend label=URL")
        if backend.yours and not registry.names_a_class(backend.url):
            _expect_answer(option, backend)
        found[backend.name] = (option, backend)
    return found


def _expect_answer(option: str, backend: Backend) -> None:
    # Celery is imported only where somebody's own backend is asked for.
    from crisper.celery import urls

    urls.expect_answer(backend.url, option=redacted(option))
