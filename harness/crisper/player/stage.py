"""What a script may use: clients, names of its own, and a look behind Celery's back."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import dataclass

from crisper.backends import Backend
from crisper.celery.caller import Caller
from crisper.celery.client import Client, Replies, connect
from crisper.celery.recorder import Call, Recorder
from crisper.celery.worker import Pool
from crisper.clauses import Layer
from crisper.history import Observation
from crisper.player.address import Address
from crisper.player.crew import Crew
from crisper.player.workers import Worker, WorkerError
from crisper.values import canonical


SECOND = 1_000_000_000

#: Long enough that nothing written by an ordinary scenario expires under it.
LONG_NS = 3600 * SECOND


class BudgetSpentError(Exception):
    """A script made more calls than its scenario declared."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How one playing reaches its contestant."""

    address: Address
    namespace: str
    backend: Backend
    crew: Crew | None = None


class Stage:
    """One playing as its script sees it. Everything it writes carries `namespace`, so that it can be counted."""

    def __init__(self, contact: Contact, *, layer: Layer, seed: int, ops: int) -> None:
        self.layer = layer
        self.facts = contact.backend.facts
        self.claims = contact.backend.claims
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.recorder = Recorder()
        self.observations: list[Observation] = []
        self.replies = Replies()
        self._contact = contact
        self._ops = ops
        self._numbers = itertools.count(1)
        self._clients: list[Client] = []
        self._workers: list[Worker] = []

    def client(self, *, expires_ns: int | None = LONG_NS, **conf: object) -> Client:
        """Return a new application's view of the contestant, with its own connection and `result_expires`."""
        name = f"client-{len(self._clients) + 1}"
        address = self._contact.address
        backend = connect(address.url, broker=address.broker, expires_ns=expires_ns, **conf)
        client = Client(name, self.layer, backend, self.recorder, expires_ns, self.replies)
        self._clients.append(client)
        return client

    def reader(self, *, expires_ns: int | None = LONG_NS, **conf: object) -> Client:
        """Return the client that the tasks were sent by: where results are not shared, only it can read them."""
        client = self.client(expires_ns=expires_ns, **conf)
        self.replies.to = getattr(client.backend, "oid", None)
        if "shared" not in self.claims and "push" in self.claims:
            client.announce()
        return client

    def caller(self, pool: Pool) -> Caller:
        """Return an application that sends tasks to the contestant's real worker with that pool, once it takes them.

        Raises WorkerError where there is none.
        """
        if self._contact.crew is None:
            message = "this playing has no workers"
            raise WorkerError(message)
        worker = self._contact.crew.worker(pool)
        post = worker.post
        backend = connect(
            self._contact.address.url, broker=post.broker, expires_ns=LONG_NS, task_default_queue=post.queue
        )
        caller = Caller(pool, self.layer, backend, self.recorder, LONG_NS, self.replies)
        caller.done_at_ns = worker.done_at_ns
        self._clients.append(caller)
        self._workers.append(worker)
        return caller

    def key(self) -> str:
        """Return a key (or task id) that nobody has used."""
        if self.recorder.count > self._ops:
            message = f"more than the {self._ops} calls that the scenario declared"
            raise BudgetSpentError(message)
        return f"{self._contact.namespace}-{next(self._numbers)}"

    def keys(self, count: int) -> list[str]:
        """Return several fresh keys."""
        return [self.key() for _ in range(count)]

    def observe(self, kind: str, **data: object) -> None:
        """Note something seen."""
        seen = {name: canonical(value) for name, value in data.items()}
        self.observations.append(Observation(kind=kind, at_ns=time.monotonic_ns(), data=seen))

    def count(self, moment: str) -> None:
        """Note what the server holds under this playing's namespace; nothing where nobody can look."""
        if self._contact.backend.peek is not None:
            address = self._contact.address
            seen = self._contact.backend.peek(address.broker or address.url, self._contact.namespace)
            self.observe("count", moment=moment, **seen)

    def retain(self, *calls: Call | None) -> None:
        """Keep calls that were made with `keep=False`."""
        for call in calls:
            if call is not None:
                self.recorder.retain(call)

    def close(self) -> None:
        """Give back every connection, and note what the workers did."""
        for worker in self._workers:
            self._report(worker)
        for client in self._clients:
            self._contact.backend.release(client.backend)

    def _report(self, worker: Worker) -> None:
        pool = worker.post.pool
        transport = worker.post.broker.partition("://")[0]
        self.observe("worker", pool=pool, pid=worker.pid, transport=transport, ready_in_ns=worker.ready_in_ns)
        for word in worker.done(f"{self._contact.namespace}-"):
            data = {"pool": pool, "task": word.task, "state": word.state}
            self.observations.append(Observation(kind="done", at_ns=word.at_ns, data=data))
        if self.recorder.troubled and (tail := worker.tail()):
            self.observe("log", pool=pool, tail=tail)
