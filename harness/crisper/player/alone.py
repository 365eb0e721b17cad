"""The lane in which every playing has a server for itself, and may break it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass

from crisper.backends import Backend
from crisper.checks.faults import faults
from crisper.errors import ServerError
from crisper.history import History
from crisper.player import contestants
from crisper.player.company import Company, Pending
from crisper.player.plan import Entry
from crisper.scenario import Scenario
from crisper.servers.faults import GRACE_S
from crisper.servers.parallel import Servers
from crisper.servers.server import Profile, Server
from crisper.verdicts import Finding


#: How a playing ends: the History, why there is none, or None where it was lost through another's fault; the
#: Finding that its server could not be had.
Ending = History | str | None | Finding

#: Most of such a playing is waiting, for a time-out or an expiry; servers that start beside it are what costs.
TOGETHER = 2

#: The same for all contestants of a Run together.
AT_MOST = 12

#: How much more than what mended a server a restart may take, by what had been done to it: a restart is an end first.
GRACE_NS = GRACE_S * 10**9
AGAIN_IN_NS = {"restarted": 0, "down": GRACE_NS}

#: How long the loop looks away from whether it should end.
_TURN_S = 0.5


@dataclass
class _Turn:
    """One playing from the start of its server on; `pending` once it is played."""

    entry: Entry
    starting: Future[Server]
    pending: Pending | None = None

    @property
    def awaited(self) -> Future[object]:
        """What it waits for now."""
        return self.pending.future if self.pending is not None else self.starting  # type: ignore[return-value]

    @property
    def over(self) -> bool:
        """Whether there is something to do about it."""
        return self.awaited.done() or (self.pending is not None and self.pending.late)


class Alone:
    """Plays one contestant's entries of the lane, a few at a time, as far as there are slots.

    The longest come last: those watch how long keys live, and at first most is watched in the other lanes.

    A server that a playing has mended is handed on to the next one, unless its scenario says that it `spoils` it.
    """

    def __init__(
        self,
        backend: Backend,
        company: Company,
        servers: Servers,
        *,
        slots: threading.Semaphore,
        stopping: Callable[[], bool],
    ) -> None:
        self._backend = backend
        self._company = company
        self._servers = servers
        self._slots = slots
        self._stopping = stopping
        self._turns: list[_Turn] = []
        self._mended: list[Server] = []
        self._back_in_ns: dict[int, int] = {}

    def played(self, entries: list[Entry]) -> Iterator[tuple[Entry, Ending]]:
        """Yield what came of each playing, as soon as it is over; the Finding that its server could not be had."""
        waiting = sorted(entries, key=lambda entry: _scenario(entry).seconds, reverse=True)
        try:
            while (waiting or self._turns) and not self._stopping():
                while waiting and self._may_begin():
                    self._turns.append(self._turn(waiting.pop()))
                wait([turn.awaited for turn in self._turns], timeout=_TURN_S, return_when=FIRST_COMPLETED)
                for turn in [turn for turn in self._turns if turn.over]:
                    if turn.pending is None and (server := _started(turn)) is not None:
                        where = contestants.breakable(self._backend, server, self._expected_ns(server))
                        turn.pending = self._company.begin(turn.entry, where)
                        continue
                    outcome = self._outcome(turn)
                    self._turns.remove(turn)
                    self._slots.release()
                    yield turn.entry, outcome
        finally:
            for _ in self._turns:
                self._slots.release()
            for server in self._mended:
                self._servers.stop(server)
            # What is played again, later, must find none of them.
            self._turns, self._mended, self._back_in_ns = [], [], {}

    def _may_begin(self) -> bool:
        if self._turns:
            return len(self._turns) < TOGETHER and self._slots.acquire(blocking=False)
        return self._slots.acquire(timeout=_TURN_S)

    def _turn(self, entry: Entry) -> _Turn:
        scenario = _scenario(entry)
        return _Turn(entry, self._server(scenario.cluster or ("durable" if scenario.durable else "volatile")))

    def _server(self, profile: Profile) -> Future[Server]:
        assert self._backend.engine is not None
        for server in self._mended:
            # Who asks for no data to be kept may have a server that keeps them.
            if server.profile == profile or (profile, server.profile) == ("volatile", "durable"):
                self._mended.remove(server)
                again: Future[Server] = Future()
                again.set_result(server)
                return again
        return self._servers.disposable(self._backend.engine, profile=profile)

    def _outcome(self, turn: _Turn) -> Ending:
        if turn.pending is None:
            return Finding(word="error", because=str(turn.starting.exception()))
        server, outcome = turn.starting.result(), self._company.finish(turn.pending)
        if isinstance(outcome, History) and outcome.broken is None and not _scenario(turn.entry).spoils:
            self._mended.append(server)
            self._note_starts(server, outcome)
        else:
            self._back_in_ns.pop(id(server), None)
            self._servers.stop(server)
        return outcome

    def _note_starts(self, server: Server, history: History) -> None:
        for fault in faults(history):
            if fault.what in AGAIN_IN_NS:
                took_ns = AGAIN_IN_NS[fault.what] + fault.recovered_ns - fault.ended_ns
                self._back_in_ns[id(server)] = min(took_ns, self._expected_ns(server))

    def _expected_ns(self, server: Server) -> int:
        # The fastest that was seen: at first all servers start beside each other.
        return self._back_in_ns.get(id(server), server.started_in_ns + GRACE_NS)


def _started(turn: _Turn) -> Server | None:
    with suppress(ServerError):
        return turn.starting.result()
    return None


def _scenario(entry: Entry) -> Scenario:
    assert isinstance(entry.scenario, Scenario)
    return entry.scenario
