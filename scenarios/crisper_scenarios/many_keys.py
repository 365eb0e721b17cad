"""Reading many keys in one call."""

from __future__ import annotations

from crisper.checks.register import reads_see_last_write
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses import A10


@scenario({A10: reads_see_last_write}, layers=("kv",))
def many_keys(stage: Stage) -> None:
    """Read present and missing keys, mixed and in several orders, in one call each; another client has written."""
    writer, reader = stage.client(), stage.reader()
    present, missing = stage.keys(12), stage.keys(6)
    for number, key in enumerate(present):
        writer.write(key, f"value {number}".encode())
    mixed = stage.random.sample(present + missing, len(present) + len(missing))
    for keys in (present, mixed, mixed[::-1], missing, present[:1], missing[:1]):
        reader.mget(list(keys))
