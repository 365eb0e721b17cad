"""What is left on the server of results that are gone."""

from __future__ import annotations

import time

from crisper.checks.traces import nothing_is_left
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C11


#: How long after the end of the last life something may be left; in the full profile, two lives more.
LEFT_NS = 60 * SECOND

#: How long is looked where nobody claims that anything goes.
UNCLAIMED_NS = 2 * SECOND


@scenario({C11: nothing_is_left}, layers=("kv", "result"), lane="watch", seconds=180)
def left_behind(stage: Stage) -> None:
    """Write six keys with the shortest lifetime, remove half of them, and count until nothing is left.

    Every second, for a minute after the end of the last life; in the full profile for two lives more.
    """
    stage.count("before")
    if not stage.observations:
        return
    before = _held(stage)
    life_ns = stage.facts.shortest_expiry_ns
    client = stage.reader(expires_ns=life_ns)
    keys = stage.keys(6)
    for key in keys:
        client.write(key, b"mortal")
    stage.count("written")
    for key in keys[::2]:
        client.remove(key)
    until_ns = time.monotonic_ns() + life_ns + _bound_ns(stage, life_ns)
    while _held(stage) != before and time.monotonic_ns() < until_ns:
        stage.pause(SECOND)
        stage.count("later")


def _bound_ns(stage: Stage, life_ns: int) -> int:
    if "autoexpire" not in stage.claims:
        return UNCLAIMED_NS
    return LEFT_NS + (2 * life_ns if stage.profile == "full" else 0)


def _held(stage: Stage) -> dict[str, object]:
    """Return what was counted last, by its kinds."""
    return {**stage.observations[-1].data, "moment": None}
