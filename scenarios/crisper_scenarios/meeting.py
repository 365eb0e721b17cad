"""Sequences of calls of several clients that nobody has written down: the shortest ones that go wrong are kept."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from crisper.celery.client import Client
from crisper.checks.linearizable import linearizable
from crisper.checks.sequences import some_order_follows
from crisper.player.searching import Sequences, Step, search_together
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.values import A19


CLIENTS = 4

#: The simplest first: to these wrong sequences are brought down.
CALLS = ("write", "read", "remove")

#: Threads take turns so often that they meet within what is one step for Python.
TURN_S = 1e-5


@scenario({A19: some_order_follows}, layers=("kv", "result"), ops=41_000, seconds=120, full=True)
def sequences_at_once(stage: Stage) -> None:
    """Let two to four clients try sequences of writes, reads and removals of two keys at the same time, for 10 s.

    Wrong ones are shortened, for 10 s. Each ends by reading what it changed. Where results are sent to who asked for
    them, that one reads and removes alone.
    """
    clients = [stage.reader(), *(stage.client() for _ in range(CLIENTS - 1))]
    alone = "shared" not in stage.claims and "push" in stage.claims
    with ExitStack() as stack:
        stack.enter_context(_many_turns())
        threads = [stack.enter_context(ThreadPoolExecutor(1)) for _ in clients]

        def play(sequences: Sequences) -> None:
            keys, start = stage.keys(2), threading.Barrier(len(sequences))
            jobs = [
                (number, [("write", place) for _, place in steps] if alone and number else steps)
                for number, steps in enumerate(sequences)
            ]
            # Who is asked first comes to the start first, more often than not.
            begun = [
                threads[number].submit(_work, clients[number], number, steps, keys, start)
                for number, steps in stage.random.sample(jobs, len(jobs))
            ]
            for each in begun:
                each.result()
            for place in sorted({place for _, steps in jobs for call, place in steps if call != "read"}):
                clients[0].read(keys[place])

        search_together(stage, [(call, place) for place in (0, 1) for call in CALLS], play, linearizable)


@contextmanager
def _many_turns() -> Iterator[None]:
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual_s)


def _work(client: Client, own: int, steps: Sequence[Step], keys: Sequence[str], start: threading.Barrier) -> None:
    start.wait()
    for number, (call, place) in enumerate(steps):
        match call:
            case "write":
                # Of unequal length: what is left of the longer one would be seen.
                client.write(keys[place], f"{own}: {number}{own * ' long'}".encode())
            case "read":
                client.read(keys[place])
            case "remove":
                client.remove(keys[place])
