"""Stores that reach nobody, and stores that cannot succeed."""

from __future__ import annotations

from typing import Any

from crisper.checks.storing import refused_within, stores_reach_somebody
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.faults import G5, G7


#: More is only what larger values take to be made and sent.
LARGEST = 16 << 20

#: A second try would come later.
AT_ONCE_NS = 2 * SECOND


@scenario({G5: stores_reach_somebody}, layers=("result",))
def absent_caller(stage: Stage) -> None:
    """Store a task whose caller is gone, and the queue that it named in its request; somebody else reads."""
    worker, reader = stage.client(), stage.reader()
    task = stage.key()
    worker.store(task, 42, "SUCCESS", reply_to=f"{stage.namespace}-gone")
    reader.fetch(task)


@scenario({G7: refused_within(AT_ONCE_NS)}, layers=("result",))
def impossible_results(stage: Stage) -> None:
    """With result_backend_always_retry, store what JSON cannot hold, and more than the documented limit, if any."""
    conf: dict[str, Any] = {"result_backend_always_retry": True, "result_serializer": "json"}
    client = stage.reader(patience_ns=2 * AT_ONCE_NS, **conf)
    client.store(stage.key(), object(), "SUCCESS")
    limit = stage.facts.largest_value_bytes
    if limit is not None and limit <= LARGEST:
        client.store(stage.key(), "x" * (limit + 1), "SUCCESS")
