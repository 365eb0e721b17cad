"""The process of a real worker, which learns what it serves on its standard input and outlives nobody."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import sys
import threading
import time
from typing import Any, Literal

import msgspec
from celery import states
from celery.signals import task_postrun, task_prerun, task_revoked, worker_process_init, worker_ready

from crisper.celery.client import connect


Pool = Literal["solo", "prefork"]

_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker serves. It is told on a pipe, since addresses hold passwords that no argument should show."""

    url: str
    broker: str
    queue: str
    pool: Pool
    expires_ns: int


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker says: that it is ready, begins a task, or is done with it and has stored this state."""

    says: Literal["ready", "begun", "done"]
    at_ns: int
    task: str = ""
    state: str = ""


def main() -> None:
    """Serve until whoever holds the other end of the standard input lets go of it."""
    post = msgspec.json.decode(_line(), type=Post)
    _Mouth.descriptor = os.dup(1)
    os.dup2(2, 1)
    threading.Thread(target=_outlive_nobody, daemon=True, name="lifeline").start()
    backend = connect(
        post.url,
        broker=post.broker,
        expires_ns=post.expires_ns,
        include=["crisper.celery.tasks"],
        task_default_queue=post.queue,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        # Without a limit: at the limit a solo worker may go to sleep for ten seconds before it sends what would get it
        # more messages, because kombu's loop polls while acknowledgements of its own are waiting in it:
        # https://github.com/celery/kombu/blob/v5.6.2/kombu/asynchronous/hub.py, Hub.create_loop.
        worker_prefetch_multiplier=0,
    )
    worker_ready.connect(_ready)
    task_prerun.connect(_begun)
    task_postrun.connect(_done)
    task_revoked.connect(_revoked)
    worker_process_init.connect(_outlive_no_parent)
    backend.app.set_current()
    # Not by the command line, which imports a shell first. One at a time: Celery sends a retry off before it stores
    # RETRY; a second child would store its end before that.
    worker = backend.app.Worker(
        hostname=f"{post.queue}@{platform.node()}",
        pool=post.pool,
        concurrency=1,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    sys.exit(worker.exitcode)


class _Mouth:
    """Where words go; children of a prefork pool inherit it."""

    descriptor: int


def _say(**word: Any) -> None:
    # Shorter than PIPE_BUF, hence never torn, whichever process of the pool speaks.
    line = msgspec.json.encode(Word(at_ns=time.monotonic_ns(), **word)) + b"\n"
    os.write(_Mouth.descriptor, line)


def _line() -> bytes:
    # Not by sys.stdin: its lock, held by a thread, would be inherited by the pool's children.
    read = bytearray()
    while not read.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            break
        read += piece
    return bytes(read)


def _outlive_nobody() -> None:
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


def _ready(**_: object) -> None:
    _say(says="ready")


def _begun(*, task_id: str, **_: object) -> None:
    _say(says="begun", task=task_id)


def _done(*, task_id: str, state: str | None = None, **_: object) -> None:
    _say(says="done", task=task_id, state=state or "")


def _revoked(*, request: Any, **_: object) -> None:
    _say(says="done", task=request.id, state=states.REVOKED)


def _outlive_no_parent(**_: object) -> None:
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
