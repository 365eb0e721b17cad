"""Results expire on time: not before, and hardly after."""

from __future__ import annotations

from crisper.checks.expiry import gone_in_time, lifetimes_work, never_early
from crisper.player.stage import SECOND, Stage
from crisper.player.watch import planted, watch
from crisper.scenario import scenario
from crisper_scenarios.clauses import C1, C2, C5


KEYS = 50


@scenario({C1: never_early, C2: gone_in_time}, layers=("kv", "result"), lane="watch", ops=60, seconds=90)
def expiring_keys(stage: Stage) -> None:
    """Write fifty keys with the shortest documented lifetime (2 s at least), and watch each to its end."""
    client = stage.reader(expires_ns=max(2 * SECOND, stage.facts.shortest_expiry_ns))
    watch(stage, planted(client, stage.keys(KEYS)))


@scenario({C5: lifetimes_work}, layers=("kv", "result"), lane="watch", ops=30, seconds=90)
def short_lifetimes(stage: Stage) -> None:
    """Write keys that shall live 1, 5 and 9 seconds, and watch each to its end."""
    watched = []
    for seconds in (1, 5, 9):
        watched += planted(stage.reader(expires_ns=seconds * SECOND), stage.keys(5))
    watch(stage, watched)
