"""Values that a careless backend would lose: empty, numeric, large; and text."""

from __future__ import annotations

from crisper.checks.refusing import kept_as_text_or_refused, kept_or_refused, kept_up_to_limit
from crisper.checks.register import reads_see_last_write
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.values import A3, A4, A5, A18


MIB = 1 << 20


@scenario({A3: reads_see_last_write}, layers=("kv", "result"))
def text_values(stage: Stage) -> None:
    """Store text, ASCII and beyond; another client reads."""
    writer, reader = stage.client(), stage.reader()
    for text in ("plain", "hé☃😀", "a\nb\x00c", " spaced "):
        key = stage.key()
        writer.write(key, text)
        reader.read(key)


@scenario({A4: kept_or_refused}, layers=("kv", "result"))
def empty_values(stage: Stage) -> None:
    """Store nothing, as bytes and as text; another client reads."""
    writer, reader = stage.client(), stage.reader()
    for value in (b"", ""):
        key = stage.key()
        writer.write(key, value)
        reader.read(key)


@scenario({A5: kept_as_text_or_refused}, layers=("kv",))
def plain_objects(stage: Stage) -> None:
    """Store numbers, a boolean and None without encoding them; another client reads."""
    writer, reader = stage.client(), stage.reader()
    for value in (5, -1, 0, 1.5, True, None):
        key = stage.key()
        writer.write(key, value)
        reader.read(key)


@scenario({A18: kept_up_to_limit}, layers=("kv",))
def large_values(stage: Stage) -> None:
    """Store a value of the documented limit (1 MiB where there is none), then one byte more, then a small one."""
    writer, reader = stage.client(), stage.reader()
    limit = stage.facts.largest_value_bytes
    largest = limit if limit is not None and limit <= 16 * MIB else MIB
    for size in (largest, largest + 1, 10):
        key = stage.key()
        writer.write(key, stage.random.randbytes(size))
        reader.read(key)
