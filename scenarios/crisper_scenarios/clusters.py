"""A burst of writes to a cluster, one node of which goes, and comes back."""

from __future__ import annotations

from crisper.checks.bursts import acknowledged_is_kept
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.bursts import Burst
from crisper_scenarios.clauses.faults import G13, G14


#: Longer than a cluster takes to find out that a node is gone, and to draw its conclusions.
AWAY_NS = 8 * SECOND

#: What was under way to a leader that died may hang for ten seconds, and is to be seen to come back.
LED_NS = 4 * SECOND


@scenario(
    {G13: acknowledged_is_kept},
    layers=("result",),
    lane="alone",
    seconds=150,
    ops=6000,
    cluster="relayed",
    full=True,
)
def node_killed(stage: Stage) -> None:
    """Three clients store new results by a node that passes them on; it is killed, and back after 8 s. Read all."""
    Burst(stage).play(stage.server.down(), AWAY_NS)


@scenario(
    {G13: acknowledged_is_kept},
    layers=("result",),
    lane="alone",
    seconds=150,
    ops=6000,
    cluster="relayed",
    full=True,
)
def node_left(stage: Stage) -> None:
    """Three clients store new results by a node that passes them on; it leaves, and is back after 8 s. Read all."""
    Burst(stage).play(stage.server.left(), AWAY_NS)


@scenario(
    {G14: acknowledged_is_kept},
    layers=("result",),
    lane="alone",
    seconds=150,
    ops=6000,
    cluster="replicated",
    # Whoever leads now may be the node that the next would talk to.
    spoils=True,
    full=True,
)
def leader_killed(stage: Stage) -> None:
    """Three clients store new results by one of three servers; the one that leads is killed for 8 s. Read all."""
    Burst(stage).play(stage.server.leaderless(), AWAY_NS, after_ns=LED_NS)
