"""Values come back as they were stored."""

from __future__ import annotations

from crisper.checks.register import reads_see_last_write
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.values import A2


@scenario({A2: reads_see_last_write}, layers=("kv", "result"))
def bytes_round_trip(stage: Stage) -> None:
    """Store all 256 byte values, and random bytes of lengths around the usual buffer sizes; another client reads."""
    writer, reader = stage.client(), stage.reader()
    values = [bytes(range(256)), *(stage.random.randbytes(size) for size in (1, 255, 4095, 4096, 65_535, 65_536))]
    for value in values:
        key = stage.key()
        writer.write(key, value)
        reader.read(key)
