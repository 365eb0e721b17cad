"""How long keys live beside many others that live on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from crisper.checks.company import late_beside_others
from crisper.player.stage import SECOND, Stage
from crisper.player.watch import planted, watch
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C17


KEYS = 50

#: Where nobody knows a faster way others are written by so many clients at once, for no longer than this: what is
#: slower has fewer.
CLIENTS, WITHIN_NS = 2, 20 * SECOND


@scenario({C17: late_beside_others}, layers=("kv",), lane="alone", ops=4000, seconds=90, full=True)
def lives_beside_one(stage: Stage) -> None:
    """Write fifty keys with the shortest documented lifetime beside one that lives on, and watch each to its end."""
    _beside(stage, 1, "one other")


@scenario({C17: late_beside_others}, layers=("kv",), lane="alone", ops=6000, seconds=120, spoils=True, full=True)
def lives_beside_a_thousand(stage: Stage) -> None:
    """Write fifty keys with the shortest documented lifetime beside a thousand others, and watch each to its end."""
    _beside(stage, 1000, "1,000 others")


@scenario(
    {C17: late_beside_others},
    layers=("kv",),
    lane="alone",
    ops=110_000,
    seconds=120,
    spoils=True,
    full=True,
)
def lives_beside_a_hundred_thousand(stage: Stage) -> None:
    """Write fifty keys with the shortest documented lifetime beside 100,000 others, or as many as 20 s allow for."""
    _beside(stage, 100_000, "100,000 others")


def _beside(stage: Stage, count: int, others: str) -> None:
    shortest_ns = max(5 * SECOND, stage.facts.shortest_expiry_ns)
    until_ns = time.monotonic_ns() + WITHIN_NS
    filled = stage.fill(count)
    shares = [range(number, count - filled, CLIENTS) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as threads:
        written = sum(threads.map(lambda share: _company(stage, share, until_ns), shares))
    stage.observe("others", count=filled + written, wanted=count)
    watch(stage, planted(stage.client(expires_ns=shortest_ns), stage.keys(KEYS)), since=f"write, beside {others}")


def _company(stage: Stage, share: range, until_ns: int) -> int:
    """Write keys that live on, and return how many; the first that is refused ends it, and is kept."""
    client, key = stage.client(), stage.key()
    for number, each in enumerate(share):
        call = client.write(f"{key}-{each}", b"lives on", keep=False)
        if call.error is not None:
            stage.retain(call)
            return number
        if call.returned_ns >= until_ns:
            return number + 1
    return len(share)
