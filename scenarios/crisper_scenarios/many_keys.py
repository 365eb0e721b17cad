"""Reading many keys in one call."""

from __future__ import annotations

import time

from crisper.checks.register import reads_see_last_write
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.values import A10, A11, A12


#: Whoever reads 129 keys no faster asks for one after another, and a thousand tell nothing that these do not.
SLOW_NS = SECOND // 4


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


@scenario({A11: reads_see_last_write}, layers=("kv",))
def ways_to_name_keys(stage: Stage) -> None:
    """Name the keys by a list, a tuple and a generator."""
    writer, reader = stage.client(), stage.reader()
    keys = stage.keys(5)
    for key in keys[:3]:
        writer.write(key, key.encode())
    for form in (list, tuple, iter):
        reader.mget(keys, form)


@scenario({A12: reads_see_last_write}, layers=("kv",), ops=1200, seconds=90)
def numbers_of_keys(stage: Stage) -> None:
    """Read duplicates, no key at all, and numbers of keys around the batch sizes of the engines; half are missing.

    A thousand only where 129 took no longer than a quarter of a second, or in the full profile.
    """
    writer, reader = stage.client(), stage.reader()
    keys = stage.keys(1000)
    for key in keys[:250:2]:
        writer.write(key, key.encode())
    reader.mget([keys[0], keys[1], keys[0], keys[0], keys[1]])
    for size in (0, 1, 63, 64, 65, 127, 128):
        reader.mget(keys[:size])
    began_ns = time.monotonic_ns()
    reader.mget(keys[:129])
    if stage.profile == "full" or time.monotonic_ns() - began_ns < SLOW_NS:
        reader.mget(keys)
