"""What was never written, and what was removed, is not there."""

from __future__ import annotations

from crisper.checks.register import reads_see_last_write
from crisper.checks.together import both
from crisper.checks.traces import reading_leaves_nothing
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.results import B1
from crisper_scenarios.clauses.values import A1, A8


@scenario({A1: both(reads_see_last_write, reading_leaves_nothing)}, layers=("kv", "result"))
def missing_key(stage: Stage) -> None:
    """Read keys that nobody has written, by two clients, and count what the server holds before and after."""
    clients = [stage.client(), stage.reader()]
    stage.count("before")
    for key in stage.keys(10):
        for client in clients:
            client.read(key)
    stage.count("after")


@scenario({B1: reads_see_last_write}, layers=("result",))
def unknown_task(stage: Stage) -> None:
    """Ask for the state of task ids that no worker has stored, before and after another task is stored."""
    client = stage.reader()
    unknown = stage.key()
    client.fetch(unknown)
    client.store(stage.key(), 42, "SUCCESS")
    client.fetch(unknown)


@scenario({A8: reads_see_last_write}, layers=("kv", "result"))
def removed_key(stage: Stage) -> None:
    """Remove a key that is there, once and again, and one that never was; another client looks each time."""
    writer, reader = stage.client(), stage.reader()
    present, absent = stage.keys(2)
    writer.write(present, b"here")
    reader.read(present)
    for _ in range(2):
        writer.remove(present)
        reader.read(present)
    writer.remove(absent)
    reader.read(absent)
