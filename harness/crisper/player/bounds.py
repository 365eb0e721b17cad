"""Searches for the lives that a contestant accepts, and looks closely at the ends of those that it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crisper.bounding import asks, step
from crisper.celery.client import Client, is_missing
from crisper.celery.recorder import noted
from crisper.checks.expiry import Life
from crisper.player.stage import SECOND, Stage
from crisper.player.watch import PATIENCE, Watched, watch


MS = SECOND // 1000
DAY_NS = 86_400 * SECOND

#: What is asked for first; the bounds lie between two of these, or beyond them all.
LADDER = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
#: Ten years; whoever needs more is not served by knowing.
LONGEST_NS = 3650 * DAY_NS

#: The differences between lives of the first ladder, and how many times that is narrowed to a tenth. Most that round
#: a life do so to whole seconds: there it looks more closely.
SPAN_NS, NARROWED = 2 * SECOND, 2
RUNGS = 10
#: How often a key is looked at near its end, in spans of its ladder; and anywhere else.
LOOKS, SELDOM_NS = 40, SECOND // 10
#: How much earlier and later than it is expected an end is looked for closely.
MARGIN_NS = SECOND // 10


@dataclass
class Edge(Watched):
    """A key whose end is looked at as closely as told, within a window of its age."""

    closely_ns: int = SELDOM_NS
    begin_ns: int = 0
    end_ns: int = 0

    def until_next_ns(self, age_ns: int, expires_ns: int, *, closely: bool) -> int:  # noqa: ARG002
        """How long to wait before the next look at a key that may still be there."""
        if age_ns < self.begin_ns:
            return self.begin_ns - age_ns
        return self.closely_ns if closely and age_ns < self.end_ns else SELDOM_NS


def accepts(stage: Stage, expires_ns: int) -> bool:
    """Ask for one life, and return whether it was given, as far as can be told at once; that is noted."""
    made: list[Client] = []
    key = stage.key()
    call = stage.recorder.call(
        lambda: made.append(stage.reader(expires_ns=expires_ns)),
        client="asks",
        layer=stage.layer,
        name="connect",
        keys=(),
        keep=False,
    )
    early = False
    if made:
        call = made[0].write(key, b"mortal", keep=False)
        born_ns = call.called_ns
        if call.error is None:
            call = made[0].read(key, keep=False)
            early = is_missing(call) and call.returned_ns < born_ns + expires_ns
            stage.ttl(made[0], key)
        made[0].remove(key)
    error = "" if call.error is None else f"{call.name} raised {noted(call).failure}"
    stage.observe("asked", key=key, expires_ns=expires_ns, error=error, early=early)
    return not asks(stage.observations)[-1].refusal


def shortest(stage: Stage) -> int | None:
    """Search for the shortest life above which nothing is refused, to a millisecond; None where all is."""
    given = {each * MS: accepts(stage, each * MS) for each in LADDER}
    refused_ns = max((each for each, is_given in given.items() if not is_given), default=0)
    longer = [each for each in given if each > refused_ns]
    if not longer or not refused_ns:
        return longer[0] if longer else None
    return _between(stage, longer[0], refused_ns, MS)


def longest(stage: Stage, accepted_ns: int) -> None:
    """Search for the longest life that is accepted, to a second."""
    if not accepts(stage, LONGEST_NS):
        _between(stage, -(-accepted_ns // SECOND) * SECOND, LONGEST_NS, SECOND)


def ends(stage: Stage, lives_ns: Sequence[int]) -> list[Edge]:
    """Watch one key of each length to its end, each looked at often in proportion to its life."""
    edges = [
        _edge(stage, each, closely_ns=max(MS, min(each // RUNGS, SELDOM_NS)), begin_ns=0, end_ns=int(each * PATIENCE))
        for each in lives_ns
    ]
    watch(stage, list(edges), closely=True)
    return edges


def narrow(stage: Stage, first: Edge, last: Edge) -> None:
    """Watch ladders of lives, each a tenth of the one before, until one shows the step in which lives end.

    `first` and `last` have been watched, and tell between which moments the lives between them end.
    """
    shortest_ns, begun, ended = _told(first), _life(first), _life(last)
    if begun is None or ended is None:
        return
    stretch = max(1.0, (ended.at_most_ns or 0) / ended.expires_ns)
    span_ns = SPAN_NS
    for _ in range(NARROWED + 1):
        rungs = {shortest_ns + number * span_ns // RUNGS for number in range(RUNGS + 1)}
        if span_ns == SPAN_NS:
            rungs |= {shortest_ns + number * SECOND - MS for number in (1, 2)}
        until_ns = int((begun.at_most_ns or 0) + 2 * stretch * span_ns) + MARGIN_NS
        edges = [
            _edge(
                stage,
                each,
                closely_ns=span_ns // LOOKS,
                begin_ns=begun.at_least_ns - MARGIN_NS,
                end_ns=until_ns,
            )
            for each in sorted(rungs)
        ]
        stage.observe("ladder", keys=[each.key for each in edges])
        watch(stage, list(edges), closely=True)
        step_ns, same_ns = step([life for life in map(_life, edges) if life is not None])
        if step_ns is None or same_ns is not None:
            return
        span_ns //= RUNGS


def _between(stage: Stage, accepted_ns: int, refused_ns: int, grain_ns: int) -> int:
    while abs(accepted_ns - refused_ns) > grain_ns:
        middle_ns = (accepted_ns + refused_ns) // 2 // grain_ns * grain_ns
        if accepts(stage, middle_ns):
            accepted_ns = middle_ns
        else:
            refused_ns = middle_ns
    return accepted_ns


def _edge(stage: Stage, expires_ns: int, *, closely_ns: int, begin_ns: int, end_ns: int) -> Edge:
    client = stage.reader(expires_ns=expires_ns)
    return Edge(client, stage.key(), b"mortal", closely_ns=closely_ns, begin_ns=begin_ns, end_ns=end_ns)


def _told(edge: Edge) -> int:
    return (edge.written.expires_ns if edge.written else None) or 0


def _life(edge: Edge) -> Life | None:
    """Return the life that was watched; None where its end was not seen."""
    if edge.written is None or edge.last_seen is None or edge.first_missing is None:
        return None
    return Life(
        written=noted(edge.written),
        expires_ns=_told(edge),
        last_seen=noted(edge.last_seen),
        first_missing=noted(edge.first_missing),
    )
