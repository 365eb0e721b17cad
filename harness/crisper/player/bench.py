"""Times one operation in a closed loop, one block at a time, so that contestants can take turns."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from crisper.celery.client import announce, request
from crisper.celery.recorder import attempt
from crisper.clauses import Layer
from crisper.player.stage import LONG_NS
from crisper.values import payload


#: The most calls of one block: in four rounds a thousand, for the 99th percentile.
CALLS = 250


class Block(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One turn of one operation: at most `calls` calls, at least `fewest`, and about `limit_ns` of wall time.

    Preparation is not counted.
    """

    id: int
    scenario: str
    source: str
    size: int
    calls: int
    fewest: int
    limit_ns: int


class Samples(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What came of a Block: latencies in nanoseconds (int64, native order), and the calls that raised."""

    id: int
    latencies: bytes
    failures: int
    failure: str = ""


@dataclass
class Bench:
    """What a workload may use: a backend object, a value of the size asked for, and keys by number.

    `call` is what is timed. If the workload sets them, `undo` and `tidy` are called afterwards with each number,
    untimed: `undo` makes a call possible again, `tidy` removes what it left, where somebody's own server would keep it.
    """

    backend: Any
    layer: Layer
    name: str
    value: bytes
    call: Callable[[int], object] = lambda _: None
    undo: Callable[[int], object] | None = None
    tidy: Callable[[int], object] | None = None
    done: int = 0

    def __post_init__(self) -> None:
        self.replies = getattr(self.backend, "oid", None)
        if self.layer == "result" and self.replies is not None:
            announce(self.backend, self.replies)

    def key(self, number: int) -> Any:
        """Return the key (or task id) of that number, always the same, in the type that the backend asks for."""
        key = f"{self.name}-{number}"
        return self.backend.key_t(key) if self.layer == "kv" else key

    def store(self, task: str, value: bytes) -> None:
        """Store a task's SUCCESS, as a worker does."""
        self.backend.store_result(task, value.decode(), "SUCCESS", request=request(task, self.replies))

    def populated(self, write: Callable[[Any, bytes], object], count: int) -> list[Any]:
        """Write so many keys and return them."""
        keys = [self.key(number) for number in range(count)]
        for key in keys:
            write(key, self.value)
        return keys


def timed(
    call: Callable[[int], object], *, first: int, calls: int, limit_ns: int, fewest: int = 1
) -> tuple[array[int], list[BaseException]]:
    """Return the latency of each call, in nanoseconds, and what was raised.

    The garbage collector stays on: a driver that leaves its sockets to it would otherwise run into the server's limit.
    """
    latencies = array("q")
    failures: list[BaseException] = []
    clock = time.monotonic_ns
    until = clock() + limit_ns
    for number in range(first, first + calls):
        called = clock()
        _, error = attempt(call, number)
        returned = clock()
        latencies.append(returned - called)
        if error is not None:
            failures.append(error)
        if returned >= until and len(latencies) >= fewest:
            break
    return latencies, failures


def overhead_ns(calls: int = 2000) -> int:
    """Return what the loop itself adds to a call, as the median of an empty one."""
    latencies, _ = timed(lambda _: None, first=0, calls=calls, limit_ns=LONG_NS)
    return sorted(latencies)[len(latencies) // 2]


def value(size: int, seed: int) -> bytes:
    """Return the value of a cell; printable, since some serializers hold text only."""
    return payload(seed, size // 2).hex().encode() if size > 1 else b"x"
