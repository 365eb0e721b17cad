"""Scenarios of a session that is ended from outside: one is played, one never ends, one never begins."""

from __future__ import annotations

import threading

from crisper.checks.register import reads_see_last_write
from crisper.clauses import Clause
from crisper.scenario import scenario


K1 = Clause(id="K1", sentence="It is kept.", level="must", source="here")


@scenario({K1: reads_see_last_write}, layers=("kv",))
def kept(stage):
    """Write and read."""
    client, key = stage.client(), stage.key()
    client.write(key, b"value")
    client.read(key)


@scenario({K1: reads_see_last_write}, layers=("kv",), seconds=600)
def blocking(_):
    """Wait for what never comes."""
    threading.Event().wait()


@scenario({K1: reads_see_last_write}, layers=("kv",))
def never_begun(_):
    """Be next in line."""
