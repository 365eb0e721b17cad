"""Scenarios that have a backend tell what it knows on every way out of a contestant's process."""

from __future__ import annotations

import os

from crisper.checks.register import reads_see_last_write
from crisper.clauses import Clause
from crisper.player import overhearing
from crisper.scenario import scenario, workload
from crisper.verdicts import failed


TOLD = Clause(id="K1", sentence="What is written is read.", level="must", source="here")


def _all_of_it(history, _):
    """Fail with everything that was recorded."""
    said = [f"{op.failure} {op.output}" for op in history.ops] + [str(each.data) for each in history.observations]
    return failed(" ".join([*said, str(history.broken)]), *(op.seq for op in history.ops[-1:]))


@scenario({TOLD: _all_of_it}, layers=("kv", "result"))
def asked(stage):
    """Write and read, with a password among the settings."""
    options = {"password": os.environ["CANARY_OPTION"], "nested": {"auth_token": os.environ["CANARY_NESTED"]}}
    client = stage.client(result_backend_transport_options=options, broker_url=os.environ["CANARY_BROKER"])
    key = stage.key()
    client.write(key, b"value")
    for _ in range(4):
        client.read(key)
    client.remove(key)
    client.uri()


@scenario({TOLD: reads_see_last_write}, layers=("kv",))
def stumbling(stage):
    """Raise what the backend tells."""
    raise ValueError(stage.client().backend.known())


@scenario({TOLD: _all_of_it}, layers=("kv",), seconds=60)
def apart(stage):
    """Do the same in a process of its own."""
    stage.aside(_apart, within_s=30)


def _apart(stage):
    overhearing.complaints(stage)
    asked.script(stage)
    raise ValueError(stage.client().backend.known())


@scenario({TOLD: _all_of_it}, layers=("task",), seconds=60)
def sent(stage):
    """Have a worker store a result, which it cannot."""
    caller = stage.caller("solo")
    caller.answer(caller.send(stage.key(), "echo", 1))


@workload(layer="kv", promises=("K1",), sizes=(10,))
def timed(bench):
    """Read what cannot be read."""
    return lambda number: bench.backend.get(bench.key(number))
