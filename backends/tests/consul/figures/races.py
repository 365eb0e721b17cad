"""Writers and readers of the same few keys, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from typing import Any

from celery import states

from crisper.celery.client import connect
from crisper.servers.parallel import Servers
from crisper_backends.consul.contestants import consul
from crisper_backends.consul.engine import ENGINE
from figures.atomic import Seen, contradictions, replaced
from figures.row import Row
from figures.speed import HOUR_NS


WRITERS = READERS = 8
CALLS = 100_000 // (WRITERS + READERS)
#: Half of the keys are plain, half are tasks. A writer goes on to new tasks after so many calls: many race for SUCCESS.
HALF = 50
TASKS_FOR = 250
STATES = (states.STARTED, states.RETRY, states.FAILURE, states.SUCCESS)

_fork = multiprocessing.get_context("fork")
_latest = _fork.Value("i", 0)


def races(servers: Servers) -> Iterator[Row]:
    """Eight writers and eight readers on a hundred keys; afterwards all of them are read once more."""
    server = servers.future(ENGINE).result()
    url = consul.url.format(host=server.host, port=server.port)
    with _fork.Pool(WRITERS + READERS) as pool:
        parts = pool.starmap(_played, [(url, who) for who in range(WRITERS + READERS)], chunksize=1)
    seen = [each for part in parts for each in part]
    backend = connect(url, expires_ns=HOUR_NS)
    seen += [_read(backend, key) for key in sorted({each.key for each in seen})]
    plain = [each for each in seen if _is_plain(each.key)]
    tasks = [each for each in seen if not _is_plain(each.key)]
    lost, stale = contradictions(plain)
    about = f"{len(seen)} calls, {len({each.key for each in tasks})} tasks"
    for what, count in (("lost", lost), ("stale", stale), ("SUCCESS overwritten", replaced(tasks))):
        yield Row(figure=f"8 writers, 8 readers: {what}", wanted="0", measured=f"{count} ({about})", kept=not count)


def _played(url: str, who: int) -> list[Seen]:
    backend = connect(url, expires_ns=HOUR_NS)
    return [
        _write(backend, _key(number // TASKS_FOR), f"{who}-{number}")
        if who < WRITERS
        else _read(backend, _key(_latest.value))
        for number in range(CALLS)
    ]


def _key(generation: int) -> str:
    _latest.value = max(generation, _latest.value)
    one = random.randrange(HALF)
    return random.choice((f"plain-{one}", f"task-{generation}-{one}"))


def _is_plain(key: str) -> bool:
    return key.startswith("plain")


def _write(backend: Any, key: str, value: str) -> Seen:
    called_ns = time.monotonic_ns()
    if _is_plain(key):
        backend.set(key, value)
    else:
        state = random.choice(STATES)
        backend.store_result(key, ValueError(value) if state in states.EXCEPTION_STATES else value, state)
        value = f"{state} {value}"
    return Seen(key, value, written=True, called_ns=called_ns, returned_ns=time.monotonic_ns())


def _read(backend: Any, key: str) -> Seen:
    called_ns = time.monotonic_ns()
    if _is_plain(key):
        told = backend.get(key)
        value = None if told is None else told.decode()
    else:
        meta = backend.get_task_meta(key, cache=False)
        value = None if meta["status"] == states.PENDING else f"{meta['status']} {meta['result']}"
    return Seen(key, value, written=False, called_ns=called_ns, returned_ns=time.monotonic_ns())
