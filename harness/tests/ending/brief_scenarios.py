"""Scenarios of a session that takes a few seconds: on a shared server, on one of its own, in other processes."""

from __future__ import annotations

from crisper.checks.register import reads_see_last_write
from crisper.clauses import Clause
from crisper.scenario import scenario


L1 = Clause(id="L1", sentence="What is written is read.", level="must", source="here")


def _use(stage, times):
    client, key = stage.client(), stage.key()
    for number in range(times):
        client.write(key, f"{number}".encode())
        client.read(key)
        stage.pause(10_000_000)


@scenario({L1: reads_see_last_write}, layers=("kv", "result"), ops=400, seconds=60)
def shared(stage):
    """Write and read for two seconds."""
    _use(stage, 100)


@scenario({L1: reads_see_last_write}, layers=("kv",), lane="watch", ops=400, seconds=60)
def watched(stage):
    """Write and read for two seconds, beside the others."""
    _use(stage, 100)


@scenario({L1: reads_see_last_write}, layers=("kv",), lane="alone", durable=True, seconds=60)
def alone(stage):
    """Write and read on a server with a volume, which is killed and started again."""
    client, key = stage.client(), stage.key()
    client.write(key, b"before")
    with stage.server.down():
        stage.pause(500_000_000)
    client.read(key)


@scenario({L1: reads_see_last_write}, layers=("kv",), seconds=60)
def apart(stage):
    """Write and read in two other processes."""
    stage.aside(_apart, _apart, within_s=30)


def _apart(stage):
    _use(stage, 30)
