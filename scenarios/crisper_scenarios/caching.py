"""What a client remembers of what it has read."""

from __future__ import annotations

from crisper.celery.upkeep import Upkeep
from crisper.checks.caching import success_alone_is_remembered
from crisper.checks.metadata import answers_are
from crisper.checks.register import reads_see_last_write
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.results import B16, B19, B16b


CACHE = 100


@scenario({B16: reads_see_last_write}, layers=("result",))
def reloaded_task(stage: Stage) -> None:
    """Read a task; another client stores it anew; reload it, and read again."""
    worker, reader = stage.client(), Upkeep.of(stage.reader(result_cache_max=CACHE))
    task = stage.key()
    worker.store(task, "before", "SUCCESS")
    reader.fetch(task, keep=False)
    worker.forget(task)
    worker.store(task, "after", "SUCCESS")
    reader.reload(task)
    reader.fetch(task)


@scenario({B16b: answers_are("exists", [False, True, False])}, layers=("result",))
def existing_task(stage: Stage) -> None:
    """Ask whether a task exists: before it is stored, when it is STARTED, and when it was forgotten."""
    worker, reader = stage.client(), Upkeep.of(stage.reader())
    task = stage.key()
    reader.exists(task)
    worker.store(task, {"pid": 1}, "STARTED")
    reader.exists(task)
    worker.forget(task)
    reader.exists(task)


@scenario({B19: success_alone_is_remembered}, layers=("result",))
def remembered_results(stage: Stage) -> None:
    """Read tasks that another client then forgets, and read them again: with a cache, and with result_cache_max -1."""
    worker = stage.client()
    for size in (CACHE, -1):
        reader = stage.reader(result_cache_max=size)
        for result, state in (({"pid": 1}, "STARTED"), (ValueError("no"), "FAILURE"), (42, "SUCCESS")):
            task = stage.key()
            worker.store(task, result, state)
            reader.fetch(task)
            worker.forget(task)
            reader.fetch(task)
