"""Lifetimes that nobody can wait for: very long ones, and those without end."""

from __future__ import annotations

from datetime import timedelta

from crisper.checks.lifetimes import accepted_for, nothing_stays
from crisper.checks.together import both
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C3, C4, C7


DAY_NS = 86_400 * SECOND


@scenario({C3: both(accepted_for(None, None), nothing_stays)}, layers=("kv", "result"))
def endless_life(stage: Stage) -> None:
    """Write with result_expires None and 0, ask the server how long it keeps that, delete, and count what stays."""
    stage.count("before")
    for expires_ns in (None, 0):
        client = stage.reader(expires_ns=expires_ns)
        key = stage.key()
        client.write(key, b"immortal")
        client.read(key)
        stage.ttl(client, key)
        client.remove(key)
    stage.count("after")


@scenario({C4: accepted_for(3600 * SECOND)}, layers=("kv", "result"))
def timedelta_life(stage: Stage) -> None:
    """Write with a result_expires of timedelta(hours=1), and ask the server how long it keeps that."""
    client = stage.reader(expires_ns=3600 * SECOND, result_expires=timedelta(hours=1))
    key = stage.key()
    client.write(key, b"mortal")
    client.read(key)
    stage.ttl(client, key)


@scenario({C7: accepted_for(DAY_NS + SECOND, 60 * DAY_NS)}, layers=("kv", "result"))
def long_life(stage: Stage) -> None:
    """Write with lifetimes of a day and a second, and of sixty days, and ask the server how long it keeps that."""
    for expires_ns in (DAY_NS + SECOND, 60 * DAY_NS):
        client = stage.reader(expires_ns=expires_ns)
        key = stage.key()
        client.write(key, b"mortal")
        client.read(key)
        stage.ttl(client, key)
        client.remove(key)
