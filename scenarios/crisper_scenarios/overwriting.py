"""The last write wins, and every state on the way is seen."""

from __future__ import annotations

from crisper.checks.register import reads_see_last_write
from crisper.checks.states import success_stands
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.results import B2, B3
from crisper_scenarios.clauses.values import A6


@scenario({A6: reads_see_last_write}, layers=("kv", "result"), ops=400)
def overwritten_key(stage: Stage) -> None:
    """Write one key a hundred times, two clients by turns; after each write a third client reads."""
    writers, reader = [stage.client(), stage.client()], stage.reader()
    key = stage.key()
    for number in range(100):
        writers[number % 2].write(key, f"value {number}".encode())
        reader.read(key)


@scenario({B2: reads_see_last_write}, layers=("result",))
def task_states(stage: Stage) -> None:
    """Take a task from STARTED over RETRY and STARTED to SUCCESS, as a worker does; after each state a client reads."""
    worker, reader = stage.client(), stage.reader()
    task = stage.key()
    reader.fetch(task)
    for state, result in (
        ("STARTED", {"pid": 4711, "hostname": "worker@example"}),
        ("RETRY", ValueError("once more")),
        ("STARTED", {"pid": 4712, "hostname": "worker@example"}),
        ("SUCCESS", 42),
    ):
        worker.store(task, result, state)
        reader.fetch(task)


@scenario({B3: success_stands}, layers=("result",))
def late_states(stage: Stage) -> None:
    """Store SUCCESS, then what a redelivered task would store; after each a client reads."""
    worker, late, reader = stage.client(), stage.client(), stage.reader()
    for state, result in (
        ("STARTED", {"pid": 4713}),
        ("RETRY", ValueError("late")),
        ("FAILURE", ValueError("late")),
        ("SUCCESS", "late"),
    ):
        task = stage.key()
        worker.store(task, "first", "SUCCESS")
        late.store(task, result, state)
        reader.fetch(task)
