"""Builds Histories, Verdicts and Runs by hand, with as few words as a promise needs."""

from __future__ import annotations

import datetime as dt
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from crisper.clauses import Clause
from crisper.deviations import Deviation
from crisper.history import History, Observation, Op, Play
from crisper.runs import ContestantInfo, Footer, Header, ScenarioInfo
from crisper.scenario import Judged
from crisper.verdicts import Finding, Verdict


# A process that is forked must find what it runs by name.
sys.path.insert(0, str(Path(__file__).parent))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As in the background of a shell: nothing that we start would ever hear Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)

SECOND = 1_000_000_000
MS = 1_000_000

CLAUSE = Clause(id="A1", sentence="It is kept.", level="must", source="here")
PLAY = Play(scenario="kept", layer="kv", contestant="memory")


def op(seq, call, *keys, **changes):
    known = {"process": 1, "client": "client-1", "layer": "kv", "called_ns": seq * MS, "returned_ns": seq * MS + 1}
    return Op(seq=seq, call=call, keys=list(keys or ["k"]), **{**known, **changes})


def history(*ops, observations=(), broken=None, play=PLAY):
    return History(play=play, started_ns=0, ended_ns=SECOND, ops=[*ops], observations=[*observations], broken=broken)


def seen(kind, **data):
    return Observation(kind=kind, at_ns=1, data=data)


def meta(status, result):
    return {"status": status, "result": result}


def finding(word, because="because", **changes):
    return Finding(word=word, because=because, **changes)


def verdict(word, because="because", *, level="must", play=PLAY, clause="A1"):
    return Verdict(play=play, clause=clause, level=level, finding=finding(word, because))


def deviation(**changes):
    known = {"backend": "memory", "clause": "A1", "scenario": "kept", "message": "because", "upstream": "https://x"}
    return Deviation(**{**known, "review_by": dt.date(2030, 1, 1), "place": "memory/deviations.toml:3", **changes})


def judged(*claims, **facts):
    return Judged(claims=frozenset(claims), facts=facts)


def header(*plan, **changes):
    known = {
        "run": "1",
        "started": "2026-01-01T00:00:00+00:00",
        "anchor_ns": 1,
        "seed": 1,
        "profile": "quick",
        "command": ["pytest"],
        "machine": {"cores": 2},
        "versions": {"celery": "5.6.2"},
        "clauses": [CLAUSE],
        "scenarios": [
            ScenarioInfo(id="kept", sentence="Keep.", clauses=["A1"], lane="play", budget_ops=9, budget_ns=SECOND)
        ],
        "plan": list(plan or [PLAY]),
    }
    return Header(**{**known, **changes})


def contestant(**changes):
    known = {"name": "memory", "url": "cache+memory://", "layers": ["kv", "result"], "claims": ["kv"], "facts": {}}
    return ContestantInfo(**{**known, "deviations": [], "celery": "5.6.2", "client": "celery 5.6.2", **changes})


FOOTER = Footer(ended="2026-01-01T00:00:01+00:00", outcome="complete", exit_code=0, timings_ns={"total": SECOND})


@pytest.fixture(scope="session")
def made():
    """Return the builders above, since a test module cannot import its conftest."""
    builders = (op, history, seen, meta, finding, verdict, deviation, judged, header, contestant)
    return SimpleNamespace(
        **{each.__name__: each for each in builders}, CLAUSE=CLAUSE, PLAY=PLAY, FOOTER=FOOTER, SECOND=SECOND, MS=MS
    )
