"""Results expire on time: not before, and hardly after."""

from __future__ import annotations

from typing import Any

from crisper.celery.client import Client
from crisper.celery.recorder import Call
from crisper.checks.expiry import gone_in_time, kept_after_end, last_life_is_read, lifetimes_work, never_early
from crisper.checks.lifetimes import failures_live_by_their_own, fractions_end, reading_prolongs_nothing
from crisper.checks.together import both
from crisper.player.overhearing import warnings_of
from crisper.player.stage import SECOND, Stage
from crisper.player.watch import Watched, planted, watch
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C1, C2, C5, C6, C8, C14
from crisper_scenarios.clauses.values import A7, A9


KEYS = 50


@scenario({C1: never_early, C2: gone_in_time}, layers=("kv", "result"), lane="watch", ops=4000, seconds=90)
def expiring_keys(stage: Stage) -> None:
    """Write fifty keys with the shortest documented lifetime (5 s at least), and watch each to its end."""
    client = stage.reader(expires_ns=_shortest(stage))
    watch(stage, planted(client, stage.keys(KEYS)), since="write")


@scenario({C5: lifetimes_work}, layers=("kv", "result"), lane="watch", ops=1500, seconds=90)
def short_lifetimes(stage: Stage) -> None:
    """Write keys that shall live 1, 5 and 9 seconds, and watch each to its end."""
    watched = []
    for seconds in (1, 5, 9):
        watched += planted(stage.reader(expires_ns=seconds * SECOND), stage.keys(5))
    watch(stage, watched, since="write")


@scenario({A7: both(never_early, last_life_is_read)}, layers=("kv", "result"), lane="watch", ops=1000, seconds=90)
def renewed_keys(stage: Stage) -> None:
    """Write keys, write them again after 0.7 of their life, and watch the second life."""
    client = stage.reader(expires_ns=_shortest(stage))
    keys = stage.keys(10)
    for key in keys:
        client.write(key, b"first life")
    stage.pause(0.7 * _shortest(stage))
    watch(stage, planted(client, keys, b"second life"), since="overwrite")


@scenario({A9: kept_after_end}, layers=("kv", "result"), lane="watch", ops=800, seconds=90)
def reborn_keys(stage: Stage) -> None:
    """Write a key again as soon as it is deleted, and one as soon as it has expired, then every quarter of a second."""
    client = stage.reader(expires_ns=_shortest(stage))
    deleted, *expired = stage.keys(4)
    client.write(deleted, b"before")
    client.remove(deleted)
    _again(stage, client, deleted)
    watch(stage, planted(client, expired))
    for key in expired:
        _again(stage, client, key)


@scenario({C6: fractions_end}, layers=("kv", "result"), lane="watch", ops=600, seconds=30)
def fractions_of_a_second(stage: Stage) -> None:
    """Write keys that shall live 0.5 and 1.9 seconds, and watch each to its end."""
    watched = []
    for seconds in (0.5, 1.9):
        watched += planted(stage.reader(expires_ns=int(seconds * SECOND)), stage.keys(5))
    watch(stage, watched, since="write")


@scenario({C14: reading_prolongs_nothing}, layers=("kv", "result"), lane="watch", ops=1200, seconds=90)
def read_all_the_time(stage: Stage) -> None:
    """Read one key all the time; when it is gone, or has lived more than twice its time, look at its unread twin."""
    read, twin = stage.reader(expires_ns=_shortest(stage)), stage.client(expires_ns=_shortest(stage))
    key, unread = stage.keys(2)
    twin.write(unread, b"mortal")
    watch(stage, [Watched(read, key, b"mortal")], closely=True)
    (twin if "shared" in stage.claims else read).read(unread)


class _Failures(Client):
    def write(self, key: str, value: object, *, keep: bool = True) -> Call:
        """Store a failure."""
        return self.store(key, ValueError(value), "FAILURE", keep=keep)


@scenario({C8: failures_live_by_their_own}, layers=("result",), lane="watch", ops=300, seconds=60)
def failing_lives(stage: Stage) -> None:
    """Store failures with a result_failure_expires of 2 s, and watch them, unless it warns; a success outlives them."""
    conf: dict[str, Any] = {"result_expires": 3600, "result_failure_expires": 2}
    with warnings_of(stage) as heard:
        failing = _Failures.of(stage.client(expires_ns=2 * SECOND, **conf))
    if any("result_failure_expires" in text for text in heard):
        return
    reader = stage.reader(**conf)
    success = stage.key()
    reader.store(success, 42, "SUCCESS")
    watch(stage, planted(failing, stage.keys(5), "mortal"))
    reader.fetch(success)


def _shortest(stage: Stage) -> int:
    return max(5 * SECOND, stage.facts.shortest_expiry_ns)


def _again(stage: Stage, client: Client, key: str) -> None:
    for number in range(4):
        client.write(key, f"after {number}".encode())
        client.read(key)
        stage.pause(SECOND / 4)
