"""The real workers of one contestant: a process for each pool, started once and shared by its scenarios."""

from __future__ import annotations

import os
import threading
from typing import get_args

from crisper.celery import brokers
from crisper.celery.worker import Pool, Post
from crisper.player.address import Address
from crisper.player.workers import Worker, WorkerError


#: Importing Celery and a driver takes under a second; ten others do the same meanwhile, on two cores.
READY_WITHIN_S = 40.0


class Crew:
    """A contestant's workers; they end with this process, however it ends."""

    def __init__(self, address: Address, *, expires_ns: int) -> None:
        self._address = address
        self._expires_ns = expires_ns
        self._workers: dict[Pool, Worker] = {}
        self._hired = threading.Event()

    def hire(self, broker: str) -> None:
        """Start a worker for each pool, with a queue that no other ever had, and wait for none of them."""
        for pool in get_args(Pool):
            queue = f"crisper-{os.getpid()}-{pool}"
            post = Post(
                url=self._address.url,
                broker=brokers.for_queue(broker, queue),
                queue=queue,
                pool=pool,
                expires_ns=self._expires_ns,
            )
            self._workers[pool] = Worker(post)
        self._hired.set()

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
