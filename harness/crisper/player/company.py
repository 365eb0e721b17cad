"""One contestant through a Run: its process, started again when it had to be ended, and its playings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from crisper.errors import HarnessError
from crisper.history import History, Play
from crisper.player.address import Address
from crisper.player.bench import Block, Samples
from crisper.player.channel import Enter, Entered, Hire, Message, Perform
from crisper.player.nursery import Nursery
from crisper.player.plan import Entry
from crisper.player.process import GoneError, Process, history, samples
from crisper.scenario import Scenario


#: A block may take this long before its contestant is given up: its preparation is not in its own limit.
BLOCK_WITHIN_S = 30.0


@dataclass
class Pending:
    """A playing that was handed to the process, and until when its answer is awaited."""

    entry: Entry
    process: Process
    future: Future[Message]
    until: float

    @property
    def late(self) -> bool:
        """Whether it has had all the time that it may take."""
        return time.monotonic() >= self.until


class Company:
    """Plays one contestant's entries in its own process, and never waits longer than a scenario's budget.

    Its process comes from the `nursery`. `numbers` are for its tasks, which their names begin
    with: nobody else may play under the same. `begun` hears of every playing that is handed to the process.
    """

    def __init__(
        self,
        enter: Enter,
        nursery: Nursery,
        *,
        has_kv: bool,
        numbers: Iterator[int],
        begun: Callable[[Play], None],
    ) -> None:
        self.has_kv = has_kv
        self._begun = begun
        self._enter = enter
        self._nursery = nursery
        self._hire: Hire | None = None
        self._numbers = numbers
        self._lock = threading.Lock()
        self._closed = False
        self.process = self._process()
        self.entered = self._welcome()

    def hire(self, broker: str) -> None:
        """Have the contestant's workers started, again as often as its process is; wait for none of them."""
        self._hire = Hire(broker=broker)
        with suppress(OSError):  # whoever plays next finds the process gone, and starts another
            self.process.hire(self._hire)

    def begin(self, entry: Entry, where: Address | None = None) -> Pending:
        """Hand a playing to the process, in the background if its lane says so, on another server if one is given."""
        scenario = entry.scenario
        assert isinstance(scenario, Scenario)
        task = Perform(
            id=self.number(),
            play=entry.play,
            layer=entry.play.layer,
            source=entry.source,
            background=scenario.lane in {"watch", "alone"} or entry.play.layer == "task",
            address=where,
        )
        self._begun(entry.play)
        future = self.process.perform(task)
        return Pending(entry, self.process, future, time.monotonic() + scenario.seconds)

    def finish(self, pending: Pending) -> History | str | None:
        """Return the History of a playing; why there is none; or None where it was lost through another's fault.

        A process that hangs is ended and started again; the other playings that were under way in it are lost with it.
        """
        try:
            return history(pending.future.result(timeout=max(0.0, pending.until - time.monotonic())))
        except TimeoutError:
            assert isinstance(pending.entry.scenario, Scenario)
            pending.process.end("ended by the watchdog", culprit=str(pending.entry.play))
            self._restart()
            return f"ended by the watchdog after {pending.entry.scenario.seconds} s"
        except GoneError as error:
            self._restart()
            return None if pending.process.ended_for not in (None, str(pending.entry.play)) else str(error)

    def timed(self, block: Block) -> Samples:
        """Return what came of one turn of a workload; a process that hangs or ends is started again.

        Raises GoneError where there is nothing.
        """
        process = self.process
        try:
            return samples(process.time(block).result(timeout=BLOCK_WITHIN_S))
        except TimeoutError:
            why = f"ended by the watchdog after {BLOCK_WITHIN_S:g} s"
            process.end(why)
        except GoneError as error:
            why = str(error)
        try:
            self._restart()
        except (HarnessError, OSError) as error:
            why = f"{why}; {error}"
        raise GoneError(why)

    def number(self) -> int:
        """Return a number for a task that no earlier one had, not even in a process that has ended."""
        return next(self._numbers)

    def close(self) -> None:
        """End the process, for good."""
        self._closed = True
        self.process.end()

    def _process(self) -> Process:
        return Process(self._nursery, timed=self._enter.niceness == 0)

    def _restart(self) -> None:
        with self._lock:
            if not self.process.alive and not self._closed:
                self.process = self._process()
                if self._closed:  # meanwhile
                    self.process.end()
                self._welcome()
        if self._hire is not None:
            self.process.hire(self._hire)

    def _welcome(self) -> Entered:
        try:
            answer = self.process.enter(self._enter)
        except (GoneError, TimeoutError, OSError) as error:
            self.process.end()
            message = f"its process could not be started: {error or 'no answer'}"
            raise HarnessError(message) from error
        if answer.failure is not None:
            self.process.end()
            raise HarnessError(answer.failure)
        return answer
