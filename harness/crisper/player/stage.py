"""What a script may use: clients, names of its own, and a look behind Celery's back."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from crisper.celery.caller import Caller
from crisper.celery.client import Client, Replies, connect
from crisper.celery.recorder import Call, Recorder
from crisper.celery.worker import Pool
from crisper.clauses import Layer
from crisper.history import Observation
from crisper.player import doors, processes
from crisper.player.contact import Contact
from crisper.player.processes import Recorded
from crisper.player.workers import Worker, WorkerError
from crisper.servers.faults import Breakable
from crisper.values import canonical


SECOND = 1_000_000_000

#: Long enough that nothing written by an ordinary scenario expires under it.
LONG_NS = 3600 * SECOND


class BudgetSpentError(Exception):
    """A script made more calls than its scenario declared."""


class Stage:
    """One playing as its script sees it. Everything it writes carries `namespace`, so that it can be counted."""

    def __init__(self, contact: Contact, *, layer: Layer, seed: int, ops: int, name: str = "client") -> None:
        self.layer = layer
        self.facts = contact.backend.facts
        self.claims = contact.backend.claims
        self.timeouts = contact.backend.timeouts
        self.profile = contact.profile
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.recorder = Recorder()
        self.observations: list[Observation] = []
        self.replies = Replies()
        self.secrets = contact.secrets
        self._contact = contact
        self._name = name
        self._seed = seed
        self._asides = itertools.count(1)
        self._ops = ops
        self._numbers = itertools.count(1)
        self._threads = itertools.count(1)
        self._clients: list[Client] = []
        self._workers: list[Worker] = []

    @cached_property
    def server(self) -> Breakable:
        """The playing's own server, to be broken; lane `alone` only. Each fault becomes an Observation of that kind."""
        return self._contact.breakable(lambda **seen: self.observe("fault", **seen))

    def client(
        self,
        *,
        expires_ns: int | None = LONG_NS,
        url: Callable[[str], str] = lambda url: url,
        patience_ns: int | None = None,
        **conf: Any,
    ) -> Client:
        """Return a new application's view of the contestant, with its own connection and `result_expires`.

        `url` may change the URL, `conf` any other setting. A call that may hang is given up after `patience_ns`.
        """
        address = self._contact.address
        backend = connect(url(address.url), broker=address.broker, expires_ns=expires_ns, **conf)
        client = Client(self._next_name, self.layer, backend, self.recorder, expires_ns, self.replies, patience_ns)
        self._clients.append(client)
        if conf:
            self.observe("client", client=client.name, conf=self.secrets.settings(conf))
        return client

    @property
    def _next_name(self) -> str:
        return f"{self._name}-{len(self._clients) + 1}"

    def reader(self, **more: Any) -> Client:
        """Return a client that sends tasks: where results are not shared, only the newest reads what others store."""
        client = self.client(**more)
        client.replies = Replies(getattr(client.backend, "oid", None))
        self.replies.to = client.replies.to
        if self.replies.to is not None:
            self.observe("client", client=client.name, conf={}, replies=True)
        self._announce(client)
        return client

    def here(self, client: Client) -> Client:
        """Return a reader of the same application, as it is in the thread that asks: with what Celery gives that."""
        own = client.in_this_thread(f"{client.name}-{next(self._threads)}")
        self._clients.append(own)
        self._announce(own)
        return own

    def _announce(self, reader: Client) -> None:
        if "shared" not in self.claims and "push" in self.claims:
            reader.announce()

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
        """Return a key that nobody has used."""
        self.expect_budget()
        return f"{self._contact.namespace}-{next(self._numbers)}"

    def expect_budget(self) -> None:
        """Raise BudgetSpentError once more calls were made than the scenario declared."""
        if self.recorder.count > self._ops:
            message = f"more than the {self._ops} calls that the scenario declared"
            raise BudgetSpentError(message)

    def keys(self, count: int) -> list[str]:
        """Return several fresh keys."""
        return [self.key() for _ in range(count)]

    def observe(self, kind: str, **data: object) -> None:
        """Note something seen."""
        self.observations.append(Observation(kind=kind, at_ns=time.monotonic_ns(), data=canonical(data)))

    def count(self, moment: str) -> None:
        """Note what the server holds under this playing's namespace; nothing where nobody can look."""
        if self._contact.backend.peek is not None:
            url = self._contact.address.broker or self._contact.address.url
            self.observe("count", moment=moment, **self._contact.backend.peek(url, self._contact.namespace))

    def fill(self, count: int) -> int:
        """Put keys that live for an hour there, behind Celery's back; return how many, none where nobody knows how."""
        fill = self._contact.backend.fill
        return 0 if fill is None else fill(self._contact.address.url, self.key(), count)

    def retain(self, *calls: Call | None) -> None:
        """Keep calls that were made with `keep=False`."""
        for call in filter(None, calls):
            self.recorder.retain(call)

    @property
    def namespace(self) -> str:
        """What every name of this playing begins with."""
        return self._contact.namespace

    @property
    def scheme(self) -> str:
        """What the URL begins with: the scheme by which Celery is to know the backend, or the name of its class."""
        return self._contact.scheme

    def try_client(self, change: Callable[..., str], *arguments: str) -> Client | None:
        """Make a client for a changed URL, as a call that may be refused; None where it was.

        `change` is one of `crisper.celery.urls`, and gets the URL and the arguments.
        """
        made: list[Client] = []
        url = self._contact.address.url
        self.recorder.call(
            lambda: made.append(self.client(url=lambda url: change(url, *arguments))),
            client=self._next_name,
            layer=self.layer,
            name="connect",
            keys=(),
            given={"change": change.__name__, "arguments": list(arguments), "changed": change(url, *arguments) != url},
        )
        return made[0] if made else None

    def switch(self, client: Client, option: str) -> None:
        """Look whether a boolean option of the URL is on."""
        client.look(self._contact.backend.switches[option])

    def elsewhere(self) -> Callable[[str], str] | None:
        """Return what turns the URL into that of an empty place of this playing's own; None where none can be had.

        For what could harm others who keep their results at the same place.
        """
        return self._contact.elsewhere()

    def protect(self) -> Callable[[str], str] | None:
        """Make the playing's own server ask for a password; return what puts it into a URL, None where nobody knows."""
        protect = self._contact.backend.protect
        return None if protect is None else protect(self._contact.address.url)

    def behind_tls(self) -> AbstractContextManager[list[dict[str, Any]]]:
        """Have TLS spoken to the server; give what makes a client that trusts its authority, and one another authority.

        Nothing, where nobody has said how the backend is told to.
        """
        return doors.clients(self._contact.backend, self._contact.address)

    @property
    def options(self) -> list[str]:
        """The boolean options that may stand in the URL."""
        return list(self._contact.backend.switches)

    @property
    def redirects(self) -> dict[str, str]:
        """Environment variables that could lead a client elsewhere: to a port where nobody listens."""
        return self._contact.redirects

    def ttl(self, client: Client, key: str) -> None:
        """Note the life that the server itself says a key still has; nothing where nobody can look."""
        look = self._contact.backend.ttl
        if look is not None:
            name = key if self.layer == "kv" else client.backend.get_key_for_task(key).decode()
            self.observe("ttl", key=key, ttl_ns=look(self._contact.address.url, name))

    def pause(self, time_ns: float) -> None:
        """Let time pass, because the clause is about time."""
        time.sleep(time_ns / 1e9)

    def aside(self, *scripts: Callable[[Stage], None], within_s: float, **environment: str) -> None:
        """Play scripts in processes of their own, at the same time, and take over what they recorded.

        The scripts are module-level functions. What does not end in time is ended, and noted.
        """
        if environment:
            self.observe("aside", environment=environment)
        for ops, observations in processes.played(self, scripts, within_s=within_s, environment=environment):
            self.recorder.adopt(ops)
            self.observations += observations

    def apart(self, number: int) -> processes.Away:
        """Return what a process of its own needs to play at this stage."""
        return processes.Away(
            option=self._contact.option,
            address=self._contact.address,
            namespace=f"{self._contact.namespace}-{next(self._asides)}",
            layer=self.layer,
            seed=self._seed + number,
            ops=self._ops,
            profile=self.profile,
            replies=self.replies.to,
        )

    def recorded(self, since: int = 0) -> Recorded:
        """Return what was done and seen, but for the first `since` calls, and without any secret."""
        hidden = self.secrets.hidden
        ops = [
            replace(each, **{name: hidden(getattr(each, name)) for name in ("input", "extra", "output", "message")})
            for each in self.recorder.ops()[since:]
        ]
        return Recorded(ops, [replace(each, data=hidden(each.data)) for each in self.observations])

    def close(self) -> None:
        """Give back every connection, and note what the workers did."""
        if "server" in vars(self):
            self.server.close()
        for worker in self._workers:
            self._report(worker)
        for client in self._clients:
            self._contact.backend.release(client.backend)

    def _report(self, worker: Worker) -> None:
        pool = worker.post.pool
        transport = worker.post.broker.partition("://")[0]
        self.observe("worker", pool=pool, pid=worker.pid, transport=transport, ready_in_ns=worker.ready_in_ns)
        own = f"{self._contact.namespace}-"
        worker.hear_out(own)
        for word in worker.words(own):
            data = {"pool": pool, "task": word.task, "state": word.state}
            self.observations.append(Observation(kind=word.says, at_ns=word.at_ns, data=data))
        if self.recorder.troubled and (tail := worker.tail()):
            self.observe("log", pool=pool, tail=tail)
        if self._contact.crew is not None and worker.hangs(own):
            self._contact.crew.renew(pool)
