"""Lives that are changed after the write."""

from __future__ import annotations

from crisper.celery.upkeep import Upkeep
from crisper.checks.extending import life_is_changed
from crisper.player.stage import SECOND, Stage
from crisper.player.watch import Watched, watch
from crisper.scenario import scenario
from crisper_scenarios.clauses.values import A15


LIFE_NS = 2 * SECOND
HOUR_NS = 3600 * SECOND

KEYS = 5


@scenario({A15: life_is_changed}, layers=("kv",), lane="watch", ops=300, seconds=60)
def changed_lives(stage: Stage) -> None:
    """Give keys two seconds; then some of them an hour, or no end by None and 0; give a missing key two seconds."""
    client = Upkeep.of(stage.reader())
    watched = []
    for key in stage.keys(KEYS):
        client.write(key, b"mortal")
        watched.append(Watched(client, key, b"mortal", written=client.expire(key, LIFE_NS)))
    others = dict(zip(stage.keys(3), (HOUR_NS, None, 0), strict=True))
    for key, life_ns in others.items():
        client.write(key, b"saved")
        client.expire(key, LIFE_NS)
        client.expire(key, life_ns)
    missing = stage.key()
    client.expire(missing, LIFE_NS)
    client.read(missing)
    watch(stage, watched)
    stage.pause(SECOND)
    for key in others:
        client.read(key)
