"""How long keys live, measured over many lives of many lengths; too long a wait for every day."""

from __future__ import annotations

from crisper.celery.upkeep import Upkeep
from crisper.checks.expiry import gone_in_time, last_life_is_read, lifetimes_work, never_early
from crisper.checks.extending import life_is_changed
from crisper.checks.lifetimes import fractions_end
from crisper.checks.together import both
from crisper.player.stage import SECOND, Stage
from crisper.player.watch import Watched, planted, watch
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C1, C2, C5, C6
from crisper_scenarios.clauses.values import A7, A15


HOUR_NS = 3600 * SECOND

KEYS = 50
#: So much later than the next shorter lives do the longer ones end: there is time to look closely at each.
APART_NS = 4 * SECOND
#: Read all the time, so many keys are what the slowest contestant bears.
READ = 20


@scenario({C5: lifetimes_work}, layers=("kv", "result"), lane="watch", ops=10_000, seconds=180, full=True)
def many_lifetimes(stage: Stage) -> None:
    """Write fifty keys each that shall live 1, 2, 5, 10 and 15 seconds, and watch each to its end."""
    watched = []
    for number, seconds in enumerate((1, 2, 5, 10, 15)):
        lot = planted(stage.reader(expires_ns=seconds * SECOND), stage.keys(KEYS))
        for each in lot:
            each.after_ns += number * APART_NS - (seconds - 1) * SECOND
        watched += lot
    watch(stage, watched, since="write")


@scenario({C6: fractions_end}, layers=("kv", "result"), lane="watch", ops=2000, seconds=60, full=True)
def many_fractions(stage: Stage) -> None:
    """Write fifty keys that shall live half a second, and watch each to its end."""
    watch(stage, planted(stage.reader(expires_ns=SECOND // 2), stage.keys(KEYS)), since="write")


@scenario(
    {A7: both(never_early, last_life_is_read)}, layers=("kv", "result"), lane="watch", ops=4000, seconds=120, full=True
)
def many_renewed_lives(stage: Stage) -> None:
    """Write fifty keys, write them again one by one after 0.3 to 0.9 of their life, and watch the second life."""
    client = stage.reader(expires_ns=_shortest(stage))
    keys = stage.keys(KEYS)
    for key in keys:
        client.write(key, b"first life")
    stage.pause(0.3 * _shortest(stage))
    watch(stage, planted(client, keys, b"second life"), since="overwrite")


@scenario({A15: life_is_changed}, layers=("kv",), lane="watch", ops=3000, seconds=90, full=True)
def many_changed_lives(stage: Stage) -> None:
    """Write fifty keys that shall live an hour, give them the shortest documented life, and watch each to its end."""
    client = Upkeep.of(stage.client(expires_ns=HOUR_NS))
    watched = []
    for key in stage.keys(KEYS):
        client.write(key, b"mortal")
        watched.append(Watched(client, key, b"mortal", written=client.expire(key, _shortest(stage))))
    watch(stage, watched, since="expire")


@scenario({C1: never_early, C2: gone_in_time}, layers=("kv", "result"), lane="watch", ops=9000, seconds=120, full=True)
def many_read_lives(stage: Stage) -> None:
    """Write twenty keys with the shortest documented lifetime, and read each all the time, until it is gone."""
    client = stage.reader(expires_ns=_shortest(stage))
    watch(stage, planted(client, stage.keys(READ)), closely=True, since="write, reread")


def _shortest(stage: Stage) -> int:
    return max(5 * SECOND, stage.facts.shortest_expiry_ns)
