"""What each operation costs: one client, one call after another."""

from __future__ import annotations

from collections.abc import Callable

from crisper.player.bench import CALLS, Bench
from crisper.scenario import workload


#: Keys that reading operations choose from, and those of one mget.
MANY = 100


@workload(layer="kv", promises=("A2", "A6"))
def set_(bench: Bench) -> Callable[[int], object]:
    """Write a value under a new key."""
    backend, value = bench.backend, bench.value
    bench.tidy = lambda number: backend.delete(bench.key(number))
    return lambda number: backend.set(bench.key(number), value)


@workload(layer="kv", promises=("A1", "A2", "A6"))
def get(bench: Bench) -> Callable[[int], object]:
    """Read one of a hundred keys."""
    backend = bench.backend
    keys = bench.populated(backend.set, MANY)
    return lambda number: backend.get(keys[number % MANY])


@workload(layer="kv", promises=("A10", "A2"))
def mget_100(bench: Bench) -> Callable[[int], object]:
    """Read a hundred keys in one call, and use the answer up."""
    backend = bench.backend
    keys = bench.populated(backend.set, MANY)
    return lambda _: list(backend.mget(keys))


@workload(layer="kv", promises=("A8",))
def delete(bench: Bench) -> Callable[[int], object]:
    """Delete a key that is there."""
    backend, value = bench.backend, bench.value
    keys = bench.populated(backend.set, CALLS)
    bench.undo = lambda number: backend.set(keys[number % CALLS], value)
    return lambda number: backend.delete(keys[number % CALLS])


@workload(layer="result", promises=("B2", "B3"))
def store(bench: Bench) -> Callable[[int], object]:
    """Store a task's SUCCESS, as a worker does."""
    bench.tidy = lambda number: bench.backend.forget(bench.key(number))
    return lambda number: bench.store(bench.key(number), bench.value)


@workload(layer="result", promises=("B1", "B2"))
def fetch(bench: Bench) -> Callable[[int], object]:
    """Ask for one of a hundred results; Celery's own cache is off."""
    backend = bench.backend
    tasks = bench.populated(bench.store, MANY)
    return lambda number: backend.get_task_meta(tasks[number % MANY])
