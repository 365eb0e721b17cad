"""A burst of writes, in the middle of which something breaks."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from crisper.celery.client import Client
from crisper.checks.bursts import acknowledged_is_kept
from crisper.checks.links import right_over_slow_link
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper.servers.faults import ImpossibleError
from crisper_scenarios.clauses.faults import G10, G11, G12


WRITERS = 3

#: Between the writes of one client, so that a burst has some hundreds.
PAUSE_NS = SECOND // 50

#: Between the reads, so that always something is left to be read.
READ_NS = SECOND // 10

#: After one that was not acknowledged: a hundred more would tell no more.
REFUSED_NS = SECOND // 5

#: Before and after the fault.
AROUND_NS = SECOND // 2

#: How long the fault waits for the first that is acknowledged: on a slow machine connecting alone takes longer.
FIRST_NS = 5 * SECOND

#: How long the network is cut, and how long a server that was killed stays down.
CUT_NS, DOWN_NS = 2 * SECOND, SECOND

#: How long a link is slow, and what is looked at after it.
SLOW_NS, QUICK_NS = 3 * SECOND, 2 * SECOND

#: A call that has not come back by then is given up; it may come through nevertheless.
PATIENCE_NS = 15 * SECOND


@scenario({G10: acknowledged_is_kept}, layers=("result",), lane="alone", seconds=90, ops=2000)
def network_cut(stage: Stage) -> None:
    """Three clients store new results all the time; for two seconds the server is off its network. Read all of them."""
    Burst(stage).play(stage.server.cut(), CUT_NS)


@scenario({G11: acknowledged_is_kept}, layers=("result",), lane="alone", seconds=120, ops=6000, durable=True, full=True)
def server_killed(stage: Stage) -> None:
    """Three clients store new results all the time; a server that keeps its data is killed, and started. Read all."""
    Burst(stage).play(stage.server.down(), DOWN_NS)


@scenario({G12: right_over_slow_link}, layers=("result",), lane="alone", seconds=120, ops=4000, full=True)
def slow_link(stage: Stage) -> None:
    """Three clients store new results all the time, and one reads them; for three seconds the link is slow. Read all.

    It is slowed by netem where the kernel knows that, else by a low rate.
    """
    try:
        Burst(stage).play(stage.server.slowed(), SLOW_NS, after_ns=QUICK_NS, reading=True)
    except ImpossibleError as error:
        stage.observe("impossible", because=str(error))


class Burst:
    """Clients that store new results all the time, and one that reads them: meanwhile if asked to, and at the end."""

    def __init__(self, stage: Stage) -> None:
        settings: dict[str, Any] = {**stage.timeouts}
        self._stage = stage
        self._reader = stage.reader(patience_ns=PATIENCE_NS, **settings)
        self._writers = [stage.client(patience_ns=PATIENCE_NS, **settings) for _ in range(WRITERS)]
        self._tasks: list[str] = []
        self._acknowledged: list[str] = []
        self._seen: set[str] = set()
        self._over = threading.Event()

    def play(
        self,
        fault: AbstractContextManager[object],
        lasting_ns: int,
        *,
        after_ns: int = AROUND_NS,
        reading: bool = False,
    ) -> None:
        """Store before, while and after the fault; then read everything."""
        with ThreadPoolExecutor() as threads:
            busy = [threads.submit(self._write, writer) for writer in self._writers]
            busy += [threads.submit(self._read) for _ in range(reading)]
            try:
                self._stage.pause(AROUND_NS)
                self._await_first()
                with fault:
                    self._stage.pause(lasting_ns)
                self._stage.pause(after_ns)
            finally:
                self._over.set()
        for each in busy:
            each.result()
        # Whether the first call after a fault works is another promise.
        self._reader.fetch(self._stage.key(), keep=False)
        # Whether what was read once is there to be read again is another, too.
        for task in self._tasks:
            if task not in self._seen:
                self._reader.fetch(task)

    def _await_first(self) -> None:
        until_ns = time.monotonic_ns() + FIRST_NS
        while not self._acknowledged and time.monotonic_ns() < until_ns:
            self._stage.pause(PAUSE_NS)

    def _write(self, writer: Client) -> None:
        pause_ns = PAUSE_NS
        while not self._over.wait(pause_ns / SECOND):
            task = self._stage.key()
            self._tasks.append(task)
            call = writer.store(task, task, "SUCCESS")
            pause_ns = PAUSE_NS if call.error is None else REFUSED_NS
            if call.error is None:
                self._acknowledged.append(task)

    def _read(self) -> None:
        while not self._over.wait(READ_NS / SECOND):
            # Whether the newest are read at once is another promise.
            unseen = [task for task in self._acknowledged[: -2 * WRITERS] if task not in self._seen]
            for task in unseen[-1:]:
                if self._reader.fetch(task).error is None:
                    self._seen.add(task)
