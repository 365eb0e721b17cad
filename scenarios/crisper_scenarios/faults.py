"""Calls on a server that is down or frozen, and on one that is back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from crisper.celery.client import Client
from crisper.checks.faults import raises_within, retried_until_back, retries_end, works_again
from crisper.checks.storing import stores_reach_somebody
from crisper.checks.together import both
from crisper.clauses import Layer
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.faults import G1, G2, G5, G6, G9


#: Celery's own policy, twenty tries a second apart, takes 19 s (celery/backends/base.py, retry_policy).
DOWN_NS = 30 * SECOND

#: Six tries of the two seconds that documented settings are set to; where there are none, a worker stands still.
FROZEN_NS = 12 * SECOND

#: A call is waited for longer than it may take, by more than the instrument should lag, so that giving it up decides.
BEYOND_NS = 2 * SECOND

#: Long enough for a call to have failed at least once before the server is back.
ABSENT_NS = 2 * SECOND

#: One more try, a tenth of a second later.
RETRIES: dict[str, Any] = {
    "result_backend_always_retry": True,
    "result_backend_max_retries": 1,
    "result_backend_base_sleep_between_retries_ms": 100,
}

LAYERS: tuple[Layer, ...] = ("kv", "result")


@scenario(
    {G1: raises_within(DOWN_NS), G5: stores_reach_somebody, G6: retries_end, G9: works_again},
    layers=LAYERS,
    lane="alone",
    seconds=110,
)
def server_down(stage: Stage) -> None:
    """Kill the server: clients that have worked write, read and remove; start it again, and they do the same.

    Results are stored and asked for as well by a client that is to try once more.
    """
    cast = Cast(stage, DOWN_NS)
    tries = _tries(stage)
    with stage.server.down():
        cast.act(*tries)
    cast.act_again()


@scenario(
    {G2: raises_within(FROZEN_NS), G5: stores_reach_somebody, G9: works_again}, layers=LAYERS, lane="alone", seconds=120
)
def server_frozen(stage: Stage) -> None:
    """Freeze the server: clients that have worked write, read and remove; thaw it, and they do the same.

    The clients' documented timeouts are set to two seconds, where there are such settings.
    """
    stage.observe("settings", **stage.timeouts)
    cast = Cast(stage, FROZEN_NS, **stage.timeouts)
    with stage.server.frozen():
        cast.act()
    cast.act_again()
    cast.reader.read(cast.present)


@scenario({G1: both(retried_until_back, works_again)}, layers=("result",), lane="alone", seconds=90, durable=True)
def server_back(stage: Stage) -> None:
    """Store and fetch while the server is down, with result_backend_always_retry; it is back two seconds later."""
    settings: dict[str, Any] = {"result_backend_always_retry": True, "result_backend_max_sleep_between_retries_ms": 500}
    stage.observe("settings", **settings)
    cast = Cast(stage, DOWN_NS, **settings)
    task = stage.key()
    with ThreadPoolExecutor() as threads, stage.server.down():
        threads.submit(cast.writer.store, task, "late", "SUCCESS")
        threads.submit(cast.reader.read, cast.present)
        stage.pause(ABSENT_NS)
    cast.reader.read(task)


@dataclass
class Cast:
    """Three clients that have worked before anything breaks, and what they left."""

    writer: Client
    reader: Client
    remover: Client
    present: str
    doomed: str
    fresh: list[str]

    def __init__(self, stage: Stage, bound_ns: int, **conf: Any) -> None:
        self.reader = stage.reader(patience_ns=bound_ns + BEYOND_NS, **conf)
        self.writer = stage.client(patience_ns=bound_ns + BEYOND_NS, **conf)
        self.remover = stage.client(patience_ns=bound_ns + BEYOND_NS, **conf)
        self.present, self.doomed, *self.fresh = stage.keys(5)
        self.writer.write(self.present, b"before")
        self.reader.read(self.present)
        self.remover.write(self.doomed, b"before")

    def act(self, *others: Callable[[], object]) -> None:
        """Make one call each, and those of others, all at once, and wait until each is over or given up."""
        calls: list[Callable[[], object]] = [
            lambda: self.writer.write(self.fresh[0], b"meanwhile"),
            lambda: self.reader.read(self.present),
            lambda: self.remover.remove(self.doomed),
            *others,
        ]
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda call: call(), calls))

    def act_again(self) -> None:
        """Write by either client what the reader then reads; it reads, too, what was written meanwhile."""
        for client, key in zip((self.writer, self.remover), self.fresh[1:], strict=True):
            client.write(key, b"after")
            self.reader.read(key)
        self.remover.remove(self.fresh[1])
        self.reader.read(self.fresh[0])


def _tries(stage: Stage) -> list[Callable[[], object]]:
    """Return calls that Celery itself makes again; there are none at the kv layer."""
    if stage.layer == "kv":
        return []
    client = stage.client(patience_ns=DOWN_NS + BEYOND_NS, **{**stage.timeouts, **RETRIES})
    present, fresh = stage.keys(2)
    client.store(present, "before", "STARTED")
    return [partial(client.store, fresh, "meanwhile", "SUCCESS"), partial(client.fetch, present)]
