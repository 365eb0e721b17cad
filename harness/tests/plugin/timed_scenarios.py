"""Workloads of a contestant that cannot be timed, and of one that can."""

from __future__ import annotations

import os
import threading

from crisper.scenario import workload


@workload(layer="kv", promises=(), sizes=(10,))
def dying(bench):  # noqa: ARG001
    """End the whole process."""
    return lambda _: os._exit(7)


@workload(layer="kv", promises=(), sizes=(10,))
def hanging(bench):  # noqa: ARG001
    """Wait for what never comes."""
    return lambda _: threading.Event().wait()


@workload(layer="kv", promises=(), sizes=(10,))
def reading(bench):
    """Read what is not there."""
    return lambda number: bench.backend.get(bench.key(number))
