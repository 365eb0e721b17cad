"""The Player's end of a contestant's process: starts it, speaks to it, and ends what takes too long."""

from __future__ import annotations

import socket
import tempfile
import threading
from concurrent.futures import Future

from crisper.history import History
from crisper.player.bench import Block, Samples
from crisper.player.channel import Channel, Enter, Entered, Hire, Message, Perform, Performed
from crisper.player.nursery import Nursery


#: Importing Celery and a driver takes well under a second; two busy cores stretch that.
ENTER_WITHIN_S = 60.0


class GoneError(Exception):
    """The contestant's process ended, or was ended, while something was awaited from it."""


class Process:
    """A contestant's process as the Player sees it; every answer arrives as a Future."""

    def __init__(self, nursery: Nursery, *, timed: bool) -> None:
        ours, theirs = socket.socketpair()
        self._output = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - lives as long as the process
        with theirs:
            self._born = nursery.fork(
                "crisper.player.child:main",
                files=(None, self._output.fileno(), self._output.fileno()),
                descriptors=(theirs.fileno(),),
                # Linux shares a core among sessions first (autogroup): https://man7.org/linux/man-pages/man7/sched.7.html
                session=timed,
            )
        self._channel = Channel(ours)
        self._awaited: dict[int, Future[Message]] = {0: Future()}
        self._lock = threading.Lock()
        self._why = ""
        self.ended_for: str | None = None
        threading.Thread(target=self._listen, daemon=True, name="contestant").start()
        threading.Thread(target=self._await_end, daemon=True, name="contestant's end").start()

    def enter(self, word: Enter) -> Entered:
        """Tell the process who it is and return its answer.

        Raises GoneError or TimeoutError where none comes.
        """
        awaited = self._awaited[0]
        self._channel.send(word)
        answer = awaited.result(timeout=ENTER_WITHIN_S)
        assert isinstance(answer, Entered)
        return answer

    def hire(self, word: Hire) -> None:
        """Have the contestant's workers started; raises OSError where nobody is there to do it."""
        self._channel.send(word)

    def perform(self, task: Perform) -> Future[Message]:
        """Have a scenario played; its History comes as the Future's result."""
        return self._send(task.id, task)

    def time(self, block: Block) -> Future[Message]:
        """Have one turn of a workload played; its Samples come as the Future's result."""
        return self._send(block.id, block)

    def end(self, why: str = "the Run was over", *, culprit: str | None = None) -> None:
        """End the process at once; whatever is still awaited raises GoneError that says why."""
        self._why = self._why or why
        self.ended_for = self.ended_for or culprit
        self._born.kill()
        self._born.wait()
        self._born.close()
        self._output.close()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._born.poll() is None

    def _send(self, number: int, task: Perform | Block) -> Future[Message]:
        awaited: Future[Message] = Future()
        with self._lock:
            self._awaited[number] = awaited
        try:
            self._channel.send(task)
        except OSError:
            self._lose()
        return awaited

    def _listen(self) -> None:
        while (message := self._channel.receive()) is not None:
            number = 0 if isinstance(message, Enter | Entered | Hire) else message.id
            with self._lock:
                awaited = self._awaited.pop(number, None)
            if awaited is not None:
                awaited.set_result(message)
        self._lose()

    def _await_end(self) -> None:
        self._born.wait()
        self._channel.hang_up()

    def _lose(self) -> None:
        code = self._born.wait()
        with self._lock:
            lost, self._awaited = self._awaited, {}
        why = self._why or f"the contestant's process ended by itself, with {_ending(code)}"
        for awaited in lost.values():
            awaited.set_exception(GoneError(why))


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def history(message: Message) -> History:
    """Return the History that an answer carries."""
    assert isinstance(message, Performed)
    return message.history


def samples(message: Message) -> Samples:
    """Return the Samples that an answer carries."""
    assert isinstance(message, Samples)
    return message
