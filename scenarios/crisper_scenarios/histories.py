"""What several clients see of a few keys that all of them use at the same time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from crisper.celery.client import Client
from crisper.checks.linearizable import linearizable
from crisper.checks.sharing import nobody_is_lost
from crisper.checks.together import both
from crisper.player.processes import forked
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.values import A19


CLIENTS, KEYS, TIMES = 6, 3, 40

#: What one client's calls may take where each takes long.
LONGEST_NS = SECOND

#: By when every process is there.
GATHERED_NS = SECOND // 5

#: What a client is to do: write, read or remove, and which key.
Steps = Sequence[tuple[str, str]]


@scenario({A19: both(linearizable, nobody_is_lost)}, layers=("kv", "result"), ops=500, seconds=60)
def many_hands(stage: Stage) -> None:
    """Six processes write, read and remove three keys at random, forty calls each, or for 1 s.

    Threads do where nothing is shared; where results are sent to who asked for them, that one reads and removes alone.
    """
    if "shared" in stage.claims:
        stage.aside(_in_processes, within_s=40)
        return
    first = stage.reader()
    clients = [first, *(stage.client() for _ in range(CLIENTS - 1))]
    each_alike = "push" not in stage.claims
    kinds = ["wwwrrrd"] * CLIENTS if each_alike else ["rrrrrrd", *"w" * (CLIENTS - 1)]
    plans = _plans(stage, kinds)
    start_ns = time.monotonic_ns()
    with ThreadPoolExecutor(CLIENTS) as threads:
        for number, (client, steps) in enumerate(zip(clients, plans, strict=True)):
            threads.submit(_work, client, number, steps, start_ns)


def _in_processes(stage: Stage) -> None:
    # What a client needs is imported and made ready before the fork.
    stage.client().read(stage.key())
    plans = _plans(stage, ["wwwrrrd"] * CLIENTS)
    start_ns = time.monotonic_ns() + GATHERED_NS
    forked(
        stage, CLIENTS, lambda child, number: _work(child.client(), number, plans[number - 1], start_ns), within_s=30
    )


def _plans(stage: Stage, kinds: Sequence[str]) -> list[Steps]:
    keys = stage.keys(KEYS)
    return [[(stage.random.choice(kind), stage.random.choice(keys)) for _ in range(TIMES)] for kind in kinds]


def _work(client: Client, own: int, steps: Steps, start_ns: int) -> None:
    time.sleep(max(0, start_ns - time.monotonic_ns()) / 1e9)
    for number, (kind, key) in enumerate(steps):
        if time.monotonic_ns() > start_ns + LONGEST_NS:
            return
        match kind:
            case "w":
                # Of unequal length: what is left of the longer one would be seen.
                client.write(key, f"{own}: {number}{own * ' long'}".encode())
            case "r":
                client.read(key)
            case "d":
                client.remove(key)
