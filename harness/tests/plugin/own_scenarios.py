"""Scenarios of somebody's own, as a session under test finds them in `scenario_own.py`: one for each way to end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from crisper.checks.register import reads_see_last_write
from crisper.clauses import Clause
from crisper.errors import ServerError
from crisper.scenario import scenario
from crisper.verdicts import failed, undecided


def clause(name, level="must"):
    return Clause(id=name, sentence="It is kept.", level=level, source="here")


@scenario({clause("K1"): reads_see_last_write}, layers=("kv", "result"))
def kept(stage):
    """Write and read."""
    client, key = stage.client(), stage.key()
    client.write(key, b"value")
    client.read(key)


@scenario({clause("K2"): lambda *_: failed("as foreseen", 1)}, layers=("kv",))
def broken(stage):
    """Read, and be found broken."""
    stage.client().get(stage.key())


@scenario({clause("K3", "should"): lambda *_: failed("a pity", 1)}, layers=("kv",))
def regretted(stage):
    """Read, and be found not as good as it should be."""
    stage.client().get(stage.key())


@scenario({clause("K4"): lambda *_: undecided("who knows")}, layers=("kv",))
def doubted(stage):
    """Read, and leave it open."""
    stage.client().get(stage.key())


@scenario({clause("K5"): reads_see_last_write}, layers=("kv",), seconds=1)
def hanging(stage):
    """Wait for what never comes."""
    stage.client()
    threading.Event().wait()


@scenario({clause("K6"): reads_see_last_write}, layers=("kv",))
def killing(stage):
    """End the whole process without a word."""
    stage.client()
    os.kill(os.getpid(), signal.SIGKILL)


@scenario({clause("K7"): reads_see_last_write}, layers=("kv",))
def leaving(_):
    """Ask Python to end."""
    raise SystemExit(3)


@scenario({clause("K8"): reads_see_last_write}, layers=("kv",))
def shouting(stage):
    """Print a megabyte, and keep what was promised."""
    print("x" * 1_000_000, flush=True)  # noqa: T201 - that is what is played
    os.write(2, b"y" * 1_000_000)
    client, key = stage.client(), stage.key()
    client.write(key, b"value")
    client.read(key)


@scenario({clause("K11"): reads_see_last_write}, layers=("kv",))
def forking(stage):
    """Leave a process behind that goes its own way, and keep what was promised."""
    if not os.fork():
        os.setsid()
        time.sleep(60)
        os._exit(0)
    kept.script(stage)


@scenario({clause("K12"): reads_see_last_write}, layers=("kv",), seconds=20)
def orphaning(_):
    """Leave a process behind that holds all that was open, and end without a word."""
    if not os.fork():
        time.sleep(60)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)


@scenario({clause("K13"): reads_see_last_write}, layers=("kv",))
def leaking(stage):
    """Start threads that never end, and keep what was promised."""
    for _ in range(50):
        threading.Thread(target=threading.Event().wait).start()
    kept.script(stage)


@scenario({clause("K14"): reads_see_last_write}, layers=("kv",))
def closing(stage):
    """Close standard output and standard error, and keep what was promised."""
    sys.stdout.close()
    os.close(1)
    os.close(2)
    kept.script(stage)


@scenario({clause("K15"): reads_see_last_write}, layers=("kv",))
def failed_by_us(stage):
    """Do something, and be failed by a server of ours."""
    stage.client().get(stage.key())
    raise ServerError("it was not to be frozen")


@scenario({clause("K9"): reads_see_last_write}, layers=("kv",), ops=3)
def overspending(stage):
    """Make more calls than were declared."""
    client = stage.client()
    while True:
        client.get(stage.key())


@scenario({clause("K16"): reads_see_last_write}, layers=("kv",), full=True)
def patient(stage):
    """Do what takes too long for every day."""
    kept.script(stage)


@scenario({clause("K10"): reads_see_last_write}, layers=("kv",))
def lasting(stage):
    """Write and read, after all that."""
    client, key = stage.client(), stage.key()
    client.write(key, b"value")
    client.read(key)
