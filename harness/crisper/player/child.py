"""A contestant's own process: plays what it is told to, and harms only itself."""

from __future__ import annotations

import gc
import importlib.metadata
import os
import queue
import socket
import sys
import threading
import time
import warnings
from dataclasses import replace

from crisper import registry
from crisper.celery import urls
from crisper.celery.client import connect
from crisper.celery.recorder import attempt
from crisper.errors import HarnessError
from crisper.history import History
from crisper.player import bench
from crisper.player.channel import Channel, Enter, Entered, Hire, Perform, Performed
from crisper.player.contact import Contact
from crisper.player.crew import Crew
from crisper.player.lag import Lag
from crisper.player.stage import LONG_NS, Stage
from crisper.scenario import Scenario, Workload
from crisper.secrecy import Secrets


class Contestant:
    """The process's state: how to reach the server, and the channel to the Player."""

    def __init__(self, channel: Channel, enter: Enter) -> None:
        declared = registry.backend(enter.option)
        self.channel = channel
        self.enter = enter
        self.lag = Lag()
        self.crew = Crew(enter.address, expires_ns=LONG_NS)
        self.contact = Contact(
            address=enter.address,
            option=enter.option,
            namespace=enter.namespace,
            backend=declared,
            crew=self.crew,
            secrets=Secrets(enter.address.url, enter.address.broker),
            profile=enter.profile,
        )
        self._stands: dict[tuple[str, int], bench.Bench] = {}

    def entered(self) -> Entered:
        """Connect once, so that what cannot work is said before anything is played."""
        backend = connect(self.contact.address.url, broker=self.contact.address.broker, expires_ns=LONG_NS)
        self.contact.backend.release(backend)
        return Entered(
            celery=importlib.metadata.version("celery"),
            client=_version(self.contact.backend.client),
            overhead_ns=bench.overhead_ns(),
        )

    def perform(self, task: Perform) -> None:
        """Play one scenario and send its History; where it cannot even begin, that says why."""
        started_ns = time.monotonic_ns()
        history, error = attempt(lambda: self._performed(task))
        if error is not None:
            ended_ns = time.monotonic_ns()
            history = History(
                play=task.play,
                started_ns=started_ns,
                ended_ns=ended_ns,
                ops=[],
                observations=[],
                broken=self.told(error),
                ours=True,
            )
        assert isinstance(history, History)
        self.channel.send(Performed(id=task.id, history=history))

    def _performed(self, task: Perform) -> History:
        scenario = registry.found(task.play.scenario, task.source)
        assert isinstance(scenario, Scenario)
        contact = replace(
            self.contact,
            address=task.address or self.contact.address,
            # As long as any other, so that none is the beginning of another: what is counted is found by it.
            namespace=f"{self.contact.namespace}-{task.id:05}",
        )
        stage = Stage(contact, layer=task.layer, seed=self.enter.seed, ops=scenario.ops)
        return self._played(scenario, stage, task)

    def time(self, block: bench.Block) -> None:
        """Play one turn of a workload and send its samples; what preparation raised is said instead."""
        answer, error = attempt(lambda: self._timed(block))
        if error is not None:
            answer = bench.Samples(id=block.id, latencies=b"", failures=0, failure=self.told(error))
        assert isinstance(answer, bench.Samples)
        self.channel.send(answer)

    def _timed(self, block: bench.Block) -> bench.Samples:
        stand = self._stands.get((block.scenario, block.size))
        if stand is None:
            stand = self._stands[block.scenario, block.size] = self._prepared(block)
        gc.collect()
        latencies, failures = bench.timed(
            stand.call, first=stand.done, calls=block.calls, limit_ns=block.limit_ns, fewest=block.fewest
        )
        numbers = range(stand.done, stand.done + len(latencies))
        stand.done = numbers.stop
        for after in filter(None, (stand.undo, stand.tidy if self.contact.backend.yours else None)):
            for number in numbers:
                after(number)
        failure = self.told(failures[0]) if failures else ""
        return bench.Samples(id=block.id, latencies=latencies.tobytes(), failures=len(failures), failure=failure)

    def _prepared(self, block: bench.Block) -> bench.Bench:
        workload = registry.found(block.scenario, block.source)
        assert isinstance(workload, Workload)
        name = f"{self.contact.namespace}-{block.scenario}-{block.size}"
        backend = connect(self.contact.address.url, broker=self.contact.address.broker, expires_ns=LONG_NS)
        stand = bench.Bench(backend, workload.layer, name, bench.value(block.size, self.enter.seed))
        stand.call = workload.prepare(stand)
        return stand

    def _played(self, scenario: Scenario, stage: Stage, task: Perform) -> History:
        started_ns = time.monotonic_ns()
        _, error = attempt(lambda: scenario.script(stage))
        attempt(stage.close)
        stage.observe("lag", **self.lag.seen(since_ns=started_ns))
        recorded = stage.recorded()
        return History(
            play=task.play,
            started_ns=started_ns,
            ended_ns=time.monotonic_ns(),
            ops=recorded.ops,
            observations=recorded.observations,
            broken=None if error is None else self.told(error),
            ours=isinstance(error, HarnessError),
        )

    def told(self, error: BaseException) -> str:
        """Return an error as a Run keeps it, without any secret."""
        text: str = self.contact.secrets.hidden(f"{type(error).__name__}: {error}")
        return text


def _version(distribution: str) -> str:
    if not distribution:
        return ""
    try:
        return f"{distribution} {importlib.metadata.version(distribution)}"
    except importlib.metadata.PackageNotFoundError:
        return distribution


def _serve(contestant: Contestant, tasks: queue.SimpleQueue[Perform | bench.Block]) -> None:
    while True:
        task = tasks.get()
        if isinstance(task, Perform):
            contestant.perform(task)
        else:
            contestant.time(task)


def main(descriptor: int) -> None:
    """Serve the Player on an inherited socket until it hangs up."""
    warnings.simplefilter("ignore")
    # At the default of 5 ms a watch that reads between calls of a busy thread waits for each of its own steps.
    sys.setswitchinterval(0.0005)
    channel = Channel(socket.socket(fileno=descriptor))
    enter = channel.receive()
    assert isinstance(enter, Enter)
    os.nice(enter.niceness)
    contestant = Contestant(channel, enter)
    entered, error = attempt(contestant.entered)
    if error is not None:
        channel.send(Entered(failure=contestant.told(error)))
        return
    assert isinstance(entered, Entered)
    channel.send(entered)
    tasks: queue.SimpleQueue[Perform | bench.Block] = queue.SimpleQueue()
    threading.Thread(target=_serve, args=(contestant, tasks), daemon=True).start()
    while (task := channel.receive()) is not None:
        if isinstance(task, Perform) and task.background:
            threading.Thread(target=contestant.perform, args=(task,), daemon=True).start()
        elif isinstance(task, Hire):
            contestant.crew.hire(task.broker)
        elif isinstance(task, Perform | bench.Block):
            tasks.put(task)
    contestant.crew.close()


def prepare(option: str) -> None:
    """Import what connects to a backend, once for all processes of the contestant; they tell what that raises."""
    urls.backend_class(registry.backend(option).url, option=option)
