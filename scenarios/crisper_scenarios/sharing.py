"""Several clients, threads and processes on one result."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator

from crisper.celery.client import Client, is_missing
from crisper.checks.register import reads_see_last_write
from crisper.checks.sharing import every_process_reads, exits_quietly, greenlets_see_last_write, nobody_is_lost
from crisper.checks.together import both
from crisper.player import farewell, greenlets
from crisper.player.processes import forked
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.results import B20, B21
from crisper_scenarios.clauses.settings import F1, F2, F3, F6, F9


THREADS = 8
CHILDREN = 6
GREENLETS = 20

#: How often each thread, and each child, writes and reads, and how much is done at random; that much for a while only.
BY_THREADS = {"quick": 8, "full": 250}
BY_CHILDREN = {"quick": 10, "full": 20}
AT_RANDOM = {"quick": 200, "full": 1000}
WITHIN_S = 45


@scenario({B20: reads_see_last_write}, layers=("kv", "result"), ops=2500, seconds=90)
def read_your_writes(stage: Stage) -> None:
    """Two hundred random writes, reads and removals on twenty keys, two clients writing and a third reading.

    In the full profile a thousand, or for 45 s.
    """
    writers, reader = [stage.client(), stage.client()], stage.reader()
    keys = stage.keys(20)
    for number in _for_a_while(AT_RANDOM[stage.profile]):
        key = stage.random.choice(keys)
        kind = stage.random.choice("wwwrd")
        if kind == "w":
            stage.random.choice(writers).write(key, f"value {number}".encode())
        elif kind == "d" and not is_missing(reader.read(key)):
            reader.remove(key)
        reader.read(key)


@scenario({B21: every_process_reads}, layers=("kv", "result"), ops=100, seconds=60)
def other_processes(stage: Stage) -> None:
    """Store a value; four processes that know only its name read it, ten times each, at the same time."""
    stage.client().write(f"{stage.namespace}-shared", b"for all")
    stage.aside(*[_read_shared] * 4, within_s=30)


def _read_shared(stage: Stage) -> None:
    reader = stage.client()
    name = f"{stage.namespace.rpartition('-')[0]}-shared"
    for _ in range(10):
        reader.read(name)


@scenario({F1: reads_see_last_write}, layers=("kv", "result"), ops=4200, seconds=90)
def threads_of_an_application(stage: Stage) -> None:
    """Eight threads ask one application for its backend, and write and read eight new keys each.

    In the full profile 250, or for 45 s.
    """
    client = stage.reader()
    _in_threads(stage, lambda key: _work(stage.here(client), key, BY_THREADS[stage.profile]))


@scenario({F9: reads_see_last_write}, layers=("kv", "result"), ops=4200, seconds=90)
def threads_of_an_object(stage: Stage) -> None:
    """Eight threads use one backend object, eight writes and reads of new keys each.

    In the full profile 250, or for 45 s.
    """
    client = stage.reader(result_backend_thread_safe=True)
    _in_threads(stage, lambda key: _work(client, key, BY_THREADS[stage.profile]))


def _in_threads(stage: Stage, work: Callable[[str], None], count: int = THREADS) -> None:
    threads = [threading.Thread(target=work, args=(stage.key(),)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@scenario({F2: both(nobody_is_lost, reads_see_last_write)}, layers=("kv", "result"), ops=400, seconds=90)
def forked_children(stage: Stage) -> None:
    """Use a backend object, fork six children at once, and use it in each for ten new keys; twenty in full."""
    stage.aside(_fork, within_s=40)


def _fork(stage: Stage) -> None:
    client = stage.reader()
    _work(client, stage.key(), 5)
    keys, times = stage.keys(CHILDREN), BY_CHILDREN[stage.profile]
    forked(stage, CHILDREN, lambda _, number: _work(client, keys[number - 1], times), within_s=20)


@scenario({F3: greenlets_see_last_write}, layers=("result",), ops=300, seconds=90)
def greenlets_of_an_object(stage: Stage) -> None:
    """Twenty greenlets use one backend object, five writes and reads of new keys each, where there is gevent."""
    greenlets.played(stage, _spawn, within_s=40)


def _spawn(stage: Stage) -> None:
    client = stage.reader(result_backend_thread_safe=True)
    _in_threads(stage, lambda key: _work(client, key, 5), GREENLETS)


@scenario({F6: both(exits_quietly, nobody_is_lost)}, layers=("result",), seconds=60)
def last_words(stage: Stage) -> None:
    """Store a result, wait for it and for another in vain, and end the interpreter."""
    stage.aside(_take_leave, within_s=30)


def _take_leave(stage: Stage) -> None:
    farewell.watched(stage, _store_and_wait)


def _store_and_wait(stage: Stage) -> None:
    client, told, untold = stage.reader(), *stage.keys(2)
    client.store(told, "told", "SUCCESS")
    for task in (told, untold):
        client.wait(task, timeout_ns=SECOND // 10)


def _work(client: Client, key: str, times: int) -> None:
    for number in _for_a_while(times):
        name = f"{key}-{number}"
        client.write(name, name.encode())
        client.read(name)


def _for_a_while(times: int) -> Iterator[int]:
    until = time.monotonic() + WITHIN_S
    return itertools.takewhile(lambda _: time.monotonic() < until, range(times))
