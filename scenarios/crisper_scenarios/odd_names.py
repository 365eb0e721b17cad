"""Keys and task ids that a careless backend would fold, cut or send astray."""

from __future__ import annotations

from crisper.checks.refusing import kept_or_refused, stays_in_namespace
from crisper.checks.register import reads_see_last_write
from crisper.checks.together import both
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.results import B18
from crisper_scenarios.clauses.values import A16, A17


ODD = (
    *(f"a{mark}b" for mark in " ?#%&=+;:\\/|*\"'<>"),
    *("a%2Fb", "a%20b", "a/", "/a", "//a", "a//b", "./a", "a/./b", "../a", "a/../b", "../../a"),
    *("ünïcödé", "☃", "😀", "a\nb", "a\tb", "a\x00b", "A", "a", "x" * 300),
)


@scenario({A17: both(kept_or_refused, stays_in_namespace)}, layers=("kv",), ops=200)
def odd_keys(stage: Stage) -> None:
    """Write under odd keys, a value of its own each; read all of them only then; count what the server holds."""
    _play(stage)


@scenario({B18: both(kept_or_refused, stays_in_namespace)}, layers=("result",), ops=200)
def odd_task_ids(stage: Stage) -> None:
    """Store under odd task ids, a value of its own each; fetch all of them only then; count what the server holds."""
    _play(stage)


@scenario({A16: reads_see_last_write}, layers=("kv",))
def bytes_and_text_keys(stage: Stage) -> None:
    """Write under a key given as bytes and read it given as text, and the other way round."""
    client = stage.reader()
    as_bytes, as_text = client.typed(str.encode), client.typed(str)
    for writer, reader in ((as_bytes, as_text), (as_text, as_bytes)):
        key = stage.key()
        writer.write(key, b"one entry")
        reader.read(key)


def _play(stage: Stage) -> None:
    writer, reader = stage.client(), stage.reader()
    root = stage.key()
    names = [f"{root}{odd}" for odd in ODD]
    for number, name in enumerate(names):
        writer.write(name, f"value {number}".encode())
    for name in names:
        reader.read(name)
    stage.count("after")
