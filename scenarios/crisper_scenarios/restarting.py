"""A server is restarted: calls, what was acknowledged, and what expires go on as if nothing had happened."""

from __future__ import annotations

import itertools
import math
import time

from crisper.checks.faults import survives, works_again
from crisper.checks.restarts import as_if_never_restarted
from crisper.player.stage import SECOND, Stage
from crisper.player.watch import APART_NS, Watched, planted, watch
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C13
from crisper_scenarios.clauses.faults import G3, G4


#: More would not be looked at closely enough near their end, where a read is slow; many, if they end apart.
KEYS, MANY = 8, 50

#: A restart must fit into half of a life, with a quarter of its time more to look at the
#: keys before their end.
SHORTEST_NS, ROOM = 8 * SECOND, 2.5

#: A machine that would need more is too busy to decide anything soon.
LONGEST_NS = 20 * SECOND

#: The moments of the restarts, in lives: before the end, and after it; then the end of the watch, beyond the double
#: life that some servers give anyhow.
FIRST, LATER, END = 0.5, 1.2, 2.2

#: Half a minute, within which every call must have come back.
PATIENCE_NS = 30 * SECOND


@scenario({G3: works_again, G4: survives}, layers=("kv", "result"), lane="alone", seconds=90, durable=True)
def server_restarted(stage: Stage) -> None:
    """Restart a server that keeps its data; the same clients read what they had written, and write and read on."""
    reader, writer = stage.reader(patience_ns=PATIENCE_NS), stage.client(patience_ns=PATIENCE_NS)
    fresh, *before = stage.keys(6)
    for number, key in enumerate(before):
        writer.write(key, f"value {number}".encode())
        reader.read(key)
    stage.server.restart()
    reader.read(before[0])
    writer.write(fresh, b"after")
    for key in (fresh, *before):
        reader.read(key)


@scenario({C13: as_if_never_restarted}, layers=("kv", "result"), lane="alone", seconds=150, durable=True)
def restarted_lives(stage: Stage) -> None:
    """Restart a server that keeps its data within the life of eight keys, and again after it.

    The life is the shortest documented one, no less than 8 s, or two and a half times what a restart is likely to
    take (at most 20 s).
    """
    room_ns = min(LONGEST_NS, math.ceil(ROOM * stage.server.back_in_ns / SECOND) * SECOND)
    _restarted(stage, max(SHORTEST_NS, stage.facts.shortest_expiry_ns, room_ns), KEYS)


@scenario(
    {C13: as_if_never_restarted}, layers=("kv", "result"), lane="alone", ops=6000, seconds=150, durable=True, full=True
)
def many_restarted_lives(stage: Stage) -> None:
    """Restart a server that keeps its data within the 20 s that fifty keys are to live, and again after their end."""
    _restarted(
        stage,
        max(LONGEST_NS, stage.facts.shortest_expiry_ns),
        MANY,
        apart_ns=APART_NS,
        since="write, restarted meanwhile",
    )


def _restarted(stage: Stage, expires_ns: int, count: int, *, apart_ns: int = 0, since: str = "") -> None:
    client = stage.reader(expires_ns=expires_ns)
    watched = planted(client, stage.keys(count))
    for each in watched:
        each.look()
        stage.pause(apart_ns)
    born_ns = time.monotonic_ns() if watched[0].written is None else watched[0].written.called_ns
    spread_ns = count * apart_ns
    moments = [born_ns + int(FIRST * expires_ns)]
    moments += [born_ns + spread_ns + int(each * expires_ns) for each in (LATER, END)]
    for restart_ns, until_ns in itertools.pairwise(moments):
        stage.pause(max(0, restart_ns - time.monotonic_ns()))
        stage.server.restart()
        # Whether the first call after a restart works is another promise.
        client.read(stage.key(), keep=False)
        again = [Watched(client, each.key, each.value, written=each.written) for each in watched]
        watch(stage, again, until_ns=until_ns, since=since if until_ns == moments[-1] else "")
