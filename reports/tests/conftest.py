"""Builds Runs through their own records: small ones for a promise, one like the real thing for the eye."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from types import SimpleNamespace

import pytest

from crisper import runs
from crisper.clauses import Clause
from crisper.deviations import Deviation
from crisper.history import History, Observation, Op, Play
from crisper.measurements import Bounds, Lifetimes, Measurement
from crisper.reproduction.record import Reproduction
from crisper.runs import ContestantInfo, Footer, Header, Record, ScenarioInfo, ServerInfo, Writer
from crisper.verdicts import Finding, Verdict


MS = 1_000_000
HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror=hacked>"

#: id, sentence, level, source, layers
CLAUSES = (
    ("A1", "A key never written reads as None, raises nothing and creates nothing on the server", "must", "kv"),
    ("A2", "Bytes come back as they went in, all 256 values, at every length", "must", "kv"),
    ("A6", "The last write wins, at once, whichever client reads", "must", "kv result"),
    ("A8", "A deleted key is gone; deleting what is not there raises nothing, twice too", "must", "kv"),
    ("A10", "mget answers in the order asked, with None for what is missing", "must", "kv"),
    ("B1", "An unknown task id is PENDING, with no result", "must", "result"),
    ("B2", "Each state is seen once stored, and the last one stands", "must", "result"),
    ("B3", "After SUCCESS, whatever comes late is ignored", "must", "result"),
    ("C1", "Never early: a result is readable until its expiry", "must", "kv result"),
    ("C2", "Never late: one second after its expiry a result is gone", "must", "kv result"),
    ("C5", "Lives of 1, 5 and 9 seconds work", "should", "kv result"),
)
FAILURES = {
    ("consul-celery", "A6"): "wrote 2, read 1",
    ("consul-celery", "B2"): "stored SUCCESS, read STARTED",
    ("consul-celery", "C2"): "still readable 20.4 s after a life of 10 s began: 2.04 lives",
    ("consul-celery", "C5"): "a life of 1 s was refused: ConsulException: 400 Invalid Session TTL",
    ("filesystem", "A8"): "deleting a missing key raised FileNotFoundError",
}
UPSTREAM = "https://github.com/celery/celery/issues/2871"
#: name, url, engine, version, fastest possible call in ns
CONTESTANTS = (
    ("memory", "cache+memory://", None, None, 9_000),
    ("filesystem", "file:///tmp/crisper/filesystem", None, None, 46_000),
    ("sqlite", "db+sqlite:////tmp/crisper/results.db", None, None, 410_000),
    ("redis", "redis://127.0.0.1:41071/0", "redis", "7.0.15", 118_000),
    ("consul-celery", "consul://127.0.0.1:41072", "consul", "1.8.7", 2_350_000),
    ("consul", "consulkv://127.0.0.1:41072", "consul", "1.8.7", 1_120_000),
)
NO_KV = "sqlite"
NO_EXPIRY = ("memory", "filesystem", "sqlite")


def header(plan=(), **changes):
    known = {
        "run": "20260301-a7c4",
        "started": "2026-03-01T12:00:00Z",
        "anchor_ns": 10**12,
        "seed": 4711,
        "profile": "quick",
        "command": ["pytest", "scenarios", "--backend", "redis", "-k", "A6 or C2"],
        "machine": {"cpu": "AMD EPYC 7763", "cores": 2, "memory": "7.8 GiB", "kernel": "Linux 6.1.0-18"},
        "versions": {"crisper": "0.1.0", "python": "3.11.2", "kombu": "5.6.1"},
        "clauses": [Clause(id=a, sentence=b, level=c, source="base `_store_result`") for a, b, c, _ in CLAUSES],
        "scenarios": [_scenario(id_, sentence) for id_, sentence, _, _ in CLAUSES],
        "plan": list(plan),
    }
    return Header(**{**known, **changes})


def _scenario(id_, sentence):
    return ScenarioInfo(id=f"s.{id_}", sentence=sentence, clauses=[id_], lane="play", budget_ops=50, budget_ns=10**9)


def play(clause, contestant, layer="kv"):
    return Play(scenario=f"s.{clause}", layer=layer, contestant=contestant)


def contestant(name, url="x://", engine=None, version=None, **changes):
    server = ServerInfo(
        engine=engine or "",
        version=version or "",
        image=f"debian:12 + {engine}",
        digest="sha256:" + "7c" * 32,
        started_in_ns=2_310 * MS,
    )
    known = {
        "layers": ["kv", "result"],
        "claims": ["kv"],
        "facts": {},
        "deviations": [],
        "celery": "5.6.2",
        "client": f"{engine} 5.2.1" if engine else "celery 5.6.2",
        "server": server if engine else None,
    }
    return ContestantInfo(name=name, url=url, **{**known, **changes})


def verdict(at, word="pass", because="kept", *, level="must", deviation=None, evidence=()):
    finding = Finding(word=word, because=because, evidence=list(evidence))
    return Verdict(play=at, clause=at.scenario[2:], level=level, finding=finding, deviation=deviation)


def op(seq, call="get", **changes):
    at = 10**12 + seq * 3 * MS
    known = {"process": 1, "client": "a" if seq % 2 else "b", "layer": "kv", "keys": [f"crisper-{'5e' * 12}"]}
    return Op(seq=seq, call=call, called_ns=at, returned_ns=at + 1_234_000, **{**known, **changes})


def history(at, ops=(), observations=(), broken=None):
    return History(
        play=at, started_ns=10**12, ended_ns=10**12 + MS, ops=[*ops], observations=[*observations], broken=broken
    )


def reproduction(at, script="import sys\n", because=""):
    command = f"pytest 'scenarios/s.py::{at}' --seed 1 --backend {at.contestant}"
    return Reproduction(play=at, clause=at.scenario[2:], command=command, script=script, because=because)


def measurement(name, operation="get", *, p50=1_000_000, size=100, layer="kv", count=4_000, **changes):
    known = {
        "scenario": "s.latency",
        "failures": 0,
        "p50_ns": p50,
        "p95_ns": p50 * 2,
        "p99_ns": p50 * 4,
        "rounds_p50_ns": [int(p50 * share) for share in (0.97, 1.0, 1.02, 1.04, 0.99)],
        "histogram": "",
        "promises": ["A6"],
        "validity": "valid",
    }
    return Measurement(
        contestant=name, operation=operation, size=size, layer=layer, count=count, **{**known, **changes}
    )


def lifetimes(name, lives, *, expires_ns=5 * 10**9, **changes):
    known = {"scenario": "s.C2", "layer": "kv", "since": "write", "early": 0, "failures": 0, "p50_ns": None}
    known |= {"p95_ns": None, "p99_ns": None, "longest_ns": None, "promises": ["C2"], "validity": "valid"}
    return Lifetimes(contestant=name, expires_ns=expires_ns, lives=lives, **{**known, **changes})


def bounds(name, **changes):
    known = {"scenario": "s.C2", "layer": "kv", "shortest_ns": 10**9, "below": "", "longest_ns": 3650 * 86_400 * 10**9}
    known |= {
        "above": "",
        "kept_ns": 10**9,
        "unkept_ns": None,
        "watched": 20,
        "ended": 20,
        "step_ns": None,
        "same_ns": None,
    }
    return Bounds(contestant=name, **{**known, **changes})


def write(path: Path, *records: Record) -> Path:
    writer = Writer(path)
    for record in records:
        writer.write(record)
    writer.close()
    return path


FOOTER = Footer(ended="2026-03-01T12:01:17Z", outcome="nonconformance", exit_code=1, timings_ns={"watches": 31 * 10**9})


def _like_the_real_thing():
    dice = random.Random(4711)
    plays = [
        play(clause, name, layer)
        for clause, _, _, layers in CLAUSES
        for name, *_ in CONTESTANTS
        for layer in layers.split()
        if not (name == NO_KV and layer == "kv" and "result" in layers)
    ]
    yield header(
        plays, command=["./bootstrap", "bench", "--", "--backend", "cache=pkg.mod:Class+redis://:pw@host/0", "-k", "A"]
    )
    for name, url, engine, version, _ in CONTESTANTS:
        yield contestant(name, url, engine, version, deviations=_deviations(name))
    for at in plays:
        yield from _played(at, dice)
    yield from _measured(dice)
    yield from _lasted(dice)
    yield FOOTER


def _deviations(name):
    return [
        Deviation(
            backend=name,
            clause=clause,
            scenario=f"s.{clause}",
            message="wrote",
            upstream=UPSTREAM,
            review_by=dt.date(2026, 9, 1),
            place=f"{name}/deviations.toml:{line * 9 + 1}",
        )
        for line, (failing, clause) in enumerate(FAILURES)
        if failing == name
    ]


def _played(at, dice):
    clause, name = at.scenario[2:], at.contestant
    level = next(level for id_, _, level, _ in CLAUSES if id_ == clause)
    known = next((each.place for each in _deviations(name) if each.clause == clause), None)
    ops = [op(seq, ("set", "get")[seq % 2], input={"$bytes": f"{seq}"}, layer=at.layer) for seq in range(1, 25)]
    seen = [Observation(kind="lag", at_ns=10**12 + 5 * MS, data={"p99": dice.randrange(90_000)})]
    if (name, clause) in FAILURES:
        ops += [op(seq, output={"$bytes": "1"}, layer=at.layer) for seq in range(25, 400)]
        ops[30] = op(31, outcome="failed", error="TimeoutError", message="timed out", output=None)
        yield history(at, ops, seen)
        yield verdict(at, "fail", FAILURES[name, clause], level=level, deviation=known, evidence=(23, 24, 31))
        yield reproduction(at)
    elif at.layer == "kv" and name == NO_KV:
        yield verdict(at, "inapplicable", "it has no kv layer", level=level)
    elif clause in ("C2", "C5") and name in NO_EXPIRY:
        yield history(at, ops, seen)
        yield verdict(at, "unsupported", "autoexpire is not claimed, and nothing expired", level=level)
    elif (name, clause, at.layer) == ("redis", "C1", "result"):
        yield history(at, ops, seen)
        yield verdict(at, "unknown", "own lag of 41.2 ms exceeds the margin of 25 ms", level=level, evidence=(7,))
    else:
        yield history(at, ops, seen)
        yield verdict(at, because=f"{len(ops)} calls, each as promised", level=level)


def _measured(dice):
    work = (("set", "kv", 1.3), ("get", "kv", 1.0), ("mget(100)", "kv", 9.0), ("delete", "kv", 0.9))
    for operation, layer, weight in (*work, ("store", "result", 1.6), ("fetch", "result", 1.1)):
        for size in (100, 10_000):
            for name, *_, fastest in CONTESTANTS:
                if layer == "kv" and name == NO_KV:
                    continue
                p50 = int(fastest * weight * (1 + size / 30_000) * dice.uniform(0.9, 1.1))
                few = operation == "mget(100)" and name.startswith("consul")
                rounds = [int(p50 * dice.uniform(0.9, 1.15)) for _ in range(5)]
                bound = {"validity": "generator-bound", "because": "schedule lag 12 ms"}
                odd = bound if (name, operation, size) == ("memory", "delete", 100) else {}
                count = 150 if few else 4_000
                yield measurement(
                    name, operation, p50=p50, size=size, layer=layer, rounds_p50_ns=rounds, count=count, **odd
                )


def _lasted(dice):
    for name, *_ in CONTESTANTS:
        if name == "consul-celery":
            yield lifetimes(name, [], failures=50, validity="failing", because="set raised AssertionError (no message)")
            continue
        for layer in ("kv", "result"):
            seen = [5 * 10**9 + dice.randrange(-150 * MS, 50 * MS) for _ in range(50)]
            lives = [(at, None if name in NO_EXPIRY else at + 150 * MS) for at in seen]
            yield lifetimes(name, lives, layer=layer)
        yield bounds(name, step_ns=10**9, same_ns=999 * MS, layer="result" if name == NO_KV else "kv")


@pytest.fixture
def like_real(tmp_path):
    return write(tmp_path / "real.jsonl", *_like_the_real_thing())


@pytest.fixture
def made():
    """Return the builders above, since a test module cannot import its conftest."""
    return SimpleNamespace(
        **{each.__name__: each for each in (header, play, contestant, verdict, op, history, reproduction, lifetimes)}
        | {
            "measurement": measurement,
            "bounds": bounds,
            "write": write,
            "FOOTER": FOOTER,
            "HOSTILE": HOSTILE,
            "UPSTREAM": UPSTREAM,
        }
    )


@pytest.fixture
def run(tmp_path):
    """Write records to a file, header first, and read them back as a Run."""
    return lambda *records: runs.read(write(tmp_path / f"{len(list(tmp_path.iterdir()))}.jsonl", *records))
