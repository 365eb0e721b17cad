"""One real worker as the contestant's process sees it: what it was told, what it says, how its log ends."""

from __future__ import annotations

import os
import select
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from crisper.celery.worker import Post, Word
from crisper.errors import HarnessError
from crisper.player import nursery
from crisper.secrecy import Secrets
from crisper.values import WHOLE_BYTES


#: What is kept whole in a Run: crisper.values.
_TAIL_BYTES = WHOLE_BYTES


#: No task of ours takes a tenth of that.
HANGS_NS = 4 * 10**9

#: How long its last words are waited for, and how often none may come until there are no more.
HEARD_WITHIN_S, SILENT, _LOOK_S = 0.5, 2, 0.01

_READ_BYTES = 1 << 16


class WorkerError(HarnessError):
    """A worker is not there to take tasks, so that nothing can be said of the backend."""


class Worker:
    """A process of `crisper.celery.worker`. It lives as long as its standard input is held, so no longer than we do."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.ready_in_ns: int | None = None
        self._started_ns = time.monotonic_ns()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        (hears, tells), (heard, says) = os.pipe(), os.pipe()
        self._tells = os.fdopen(tells, "wb", buffering=0)
        self._heard_from = os.fdopen(heard, "rb", buffering=0)
        try:
            # Its pool's children are ended with it as a group. No session of its own: Linux would give it as much of a
            # core as all the others together.
            files = (hears, says, self._log.fileno())
            self._born = nursery.here().fork("crisper.celery.worker:main", files=files, group=True)
        finally:
            os.close(hears)
            os.close(says)
        self._words: list[Word] = []
        self._hearing = threading.Lock()
        # Not by each listener for itself: msgspec crashes where two threads look into a type for the first time.
        self._decode = msgspec.json.Decoder(Word).decode
        self._heard = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True, name=f"worker-{post.pool}")
        self._listener.start()

    @property
    def pid(self) -> int:
        """The id of the process, and of the group that its pool's children belong to."""
        return self._born.pid

    def expect_ready(self, within_s: float) -> None:
        """Wait until it takes tasks.

        Raises WorkerError, with the end of its log, where it does not, or has ended.
        """
        self._heard.wait(within_s)
        code = self._born.poll()
        if self.ready_in_ns is None or code is not None:
            what = f"was not ready within {within_s:.0f} s" if code is None else f"ended with code {code}"
            message = f"the {self.post.pool} worker {what}; its log ends: {self.tail()}"
            raise WorkerError(message)

    def words(self, prefix: str) -> Iterator[Word]:
        """Yield what it said of tasks whose ids begin so."""
        return (word for word in list(self._words) if word.task.startswith(prefix))

    def hear_out(self, prefix: str) -> None:
        """Wait a moment until all is heard that it has said, and it is done with the tasks whose ids begin so.

        A result may be there before the word of it is, and where all are busy, well before.
        """
        until = time.monotonic() + HEARD_WITHIN_S
        silent = 0
        while silent < SILENT and time.monotonic() < until:
            time.sleep(_LOOK_S)
            with self._hearing:
                unheard = self._readable(0)
            silent = 0 if unheard or self._begun_ns(prefix) else silent + 1

    def hangs(self, prefix: str) -> bool:
        """Whether it began a task whose id begins so a while ago, and is not done with it."""
        return any(time.monotonic_ns() - each > HANGS_NS for each in self._begun_ns(prefix))

    def _begun_ns(self, prefix: str) -> list[int]:
        # Of tasks that it is not done with.
        words = list(self.words(prefix))
        done = {word.task for word in words if word.says == "done"}
        return [word.at_ns for word in words if word.says == "begun" and word.task not in done]

    def done_at_ns(self, task: str) -> int | None:
        """Return when it was done with a task for good; None where it is not, or is going to try again."""
        ended = (word for word in self.words(task) if word.says == "done" and word.state != "RETRY")
        return next((word.at_ns for word in ended if word.task == task), None)

    def tail(self) -> str:
        """Return the end of its log, without any secret."""
        size = self._log.seek(0, 2)
        # More than is kept: the half of a secret would not be known for one.
        self._log.seek(max(0, size - 2 * _TAIL_BYTES))
        text = self._log.read().decode(errors="replace").strip()
        return str(Secrets(self.post.url, self.post.broker).hidden(text))[-_TAIL_BYTES:]

    def end(self) -> None:
        """End it at once, with the children of its pool."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._born.wait()
        self._listener.join()
        self._born.close()
        for file in (self._tells, self._heard_from, self._log):
            file.close()

    def _listen(self) -> None:
        with suppress(OSError):  # one that ended early says so in its log
            self._tells.write(msgspec.json.encode(self.post) + b"\n")
        rest = b""
        while self._readable(None):
            # What is no more to be seen on the pipe is among the words, for whoever holds this.
            with self._hearing:
                piece = self._heard_from.read(_READ_BYTES)
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._hear(self._decode(line))
            if not piece:
                break
        self._born.wait()
        self._heard.set()

    def _hear(self, word: Word) -> None:
        self._words.append(word)
        if word.says == "ready":
            self.ready_in_ns = word.at_ns - self._started_ns
            self._heard.set()

    def _readable(self, within_ms: int | None) -> bool:
        look = select.poll()
        look.register(self._heard_from, select.POLLIN)
        return bool(look.poll(within_ms))
