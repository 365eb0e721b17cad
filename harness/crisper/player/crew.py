"""The real workers of one contestant: a process for each pool, started once and shared by its scenarios."""

from __future__ import annotations

import itertools
import os
import threading
from typing import get_args

from crisper.celery import brokers
from crisper.celery.worker import Pool, Post
from crisper.player.address import Address
from crisper.player.workers import Worker, WorkerError


#: Importing Celery and a driver takes under a second; ten others do the same meanwhile, on two cores.
READY_WITHIN_S = 80.0


class Crew:
    """A contestant's workers; they end with this process, however it ends."""

    def __init__(self, address: Address, *, expires_ns: int) -> None:
        self._address = address
        self._expires_ns = expires_ns
        self._workers: dict[Pool, Worker] = {}
        self._hired = threading.Event()
        self._broker = ""
        self._numbers = itertools.count(1)

    def hire(self, broker: str) -> None:
        """Start a worker for each pool, and wait for none of them."""
        self._broker = broker
        for pool in get_args(Pool):
            self._workers[pool] = self._started(pool)
        self._hired.set()

    def renew(self, pool: Pool) -> None:
        """End a worker that hangs, and start another in its place, or nobody would be served any more."""
        self._workers[pool].end()
        self._workers[pool] = self._started(pool)

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers.values():
            worker.end()

    def worker(self, pool: Pool) -> Worker:
        """Return a worker as soon as it takes tasks.

        Raises WorkerError where it does not.
        """
        if not self._hired.wait(READY_WITHIN_S):
            message = "no worker was ever started"
            raise WorkerError(message)
        worker = self._workers[pool]
        worker.expect_ready(READY_WITHIN_S)
        return worker

    def _started(self, pool: Pool) -> Worker:
        # A queue that no other ever had: what one was sent is nothing for its successor.
        queue = f"crisper-{os.getpid()}-{pool}-{next(self._numbers)}"
        broker = brokers.for_queue(self._broker, queue)
        return Worker(Post(url=self._address.url, broker=broker, queue=queue, pool=pool, expires_ns=self._expires_ns))
