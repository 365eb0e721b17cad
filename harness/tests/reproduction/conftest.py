"""Builds Histories by hand, and runs scripts as a maintainer would: with Celery alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from crisper.history import History, Observation, Op, Play
from crisper.reproduction.script import Told, script
from crisper.runs import ContestantInfo, ServerInfo
from crisper.verdicts import failed


MS = 1_000_000
SECOND = 1_000 * MS
NAMESPACE = "crisper-0a1b2c3d-liar-7"


def op(seq, call="get", key=f"{NAMESPACE}-1", **changes):
    at_ns, took_ns = changes.pop("at_ns", seq * 10 * MS), changes.pop("took_ns", MS)
    known = {"process": 1, "client": "client-1", "layer": "kv", "keys": [key]}
    return Op(seq=seq, call=call, called_ns=at_ns, returned_ns=at_ns + took_ns, **{**known, **changes})


def history(*ops, observations=()):
    play = Play(scenario="twice", layer=ops[0].layer, contestant="liar")
    return History(play=play, started_ns=0, ended_ns=SECOND, ops=[*ops], observations=[*observations])


def contestant(url="cache+memory://", **changes):
    known = {
        "layers": ["kv", "result"],
        "claims": ["kv"],
        "facts": {},
        "deviations": [],
        "celery": "5.7.0",
        "client": "lie 1.0",
        "server": ServerInfo(engine="liedb", version="3.1"),
    }
    return ContestantInfo(name="liar", url=url, **{**known, **changes})


TOLD = Told(clause="X1", promise="The last write wins.", scenario="Write twice, and read.")


def text(found, *evidence, because="get answered 0", told=TOLD, margin_ns=None, **about):
    return script(found, failed(because, *evidence, margin_ns=margin_ns), contestant(**about), told)


@pytest.fixture
def made():
    """Return the builders above, since a test module cannot import its conftest."""
    return SimpleNamespace(op=op, history=history, text=text, observed=_observed, NAMESPACE=NAMESPACE, SECOND=SECOND)


def _observed(kind="client", **data):
    return Observation(kind=kind, at_ns=0, data=data)


@pytest.fixture
def ran(tmp_path):
    """Run a script in a process of its own; return its exit code and all that it said."""

    def run(source: str, *arguments: str) -> tuple[int, str]:
        path = tmp_path / "repro.py"
        path.write_text(source)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(path), *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(Path(__file__).parent)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).strip()

    return run
