"""A scenario in under twelve lines."""

from crisper.checks.register import reads_see_last_write
from crisper.clauses import Clause
from crisper.scenario import scenario


X1 = Clause(id="X1", sentence="A value can be written three times.", level="must", source="our own wish")


@scenario({X1: reads_see_last_write}, layers=("kv", "result"))
def thrice(stage):
    """Write the same value three times; another client reads it each time."""
    writer, reader, key = stage.client(), stage.client(), stage.key()
    for _ in range(3):
        writer.write(key, b"again")
        reader.read(key)
