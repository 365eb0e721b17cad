"""Scenarios of a session whose servers go away under them."""

from __future__ import annotations

from crisper.checks.register import reads_see_last_write
from crisper.clauses import Clause
from crisper.scenario import scenario
from crisper.servers import containers


L1 = Clause(id="L1", sentence="What is written is read.", level="must", source="here")


@scenario({L1: reads_see_last_write}, layers=("kv",), ops=100_000, seconds=60)
def first(stage):
    """Write and read for as long as the server answers."""
    client = stage.client(result_backend_transport_options={"retry_policy": {"max_retries": 1}})
    key = stage.key()
    while client.write(key, b"here").error is None:
        client.read(key)


@scenario({L1: reads_see_last_write}, layers=("kv",))
def second(stage):
    """Write and read."""
    client, key = stage.client(), stage.key()
    client.write(key, b"here")
    client.read(key)


@scenario({L1: reads_see_last_write}, layers=("kv",), lane="alone", seconds=60)
def refused(stage):
    """Break a server that the engine knows no more."""
    client, key = stage.client(), stage.key()
    client.write(key, b"here")
    engine = containers.connect()
    engine.containers.get(stage.server._container.id).remove(force=True)
    engine.close()
    with stage.server.frozen():
        client.read(key)
