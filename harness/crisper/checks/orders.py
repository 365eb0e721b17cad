"""Searches for an order of calls on one key that explains all their answers, as Wing and Gong do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from crisper.checks.answers import MISSING, Missing, same
from crisper.history import Op
from crisper.values import Value


#: After so many beginnings of an order nothing is decided.
LIMIT = 20_000

#: When a call comes back that does not.
NEVER_NS = 2**63

#: What has taken effect, a bit for each event, and the place of the write that is held; None where nothing is.
_State = tuple[int, int | None]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A call on one key, or the end of a life; it takes effect at one moment from `called_ns` to `returned_ns`.

    One that returns NEVER_NS may not take effect at all; a removal of this kind, being sent again, more than once. `op`
    is the call; of an end, the one that wrote what ends.
    """

    does: Literal["write", "read", "remove", "end"]
    op: Op
    value: Value | Missing = MISSING
    called_ns: int
    returned_ns: int


def ordered(events: Sequence[Event], limit: int = LIMIT) -> bool | None:
    """Whether some order explains every answer; None where `limit` beginnings of an order did not tell.

    A beginning is known by what has taken effect and by what is held, and followed once
    (https://www.cs.cmu.edu/~wing/publications/WingGong93.pdf,
    https://www.cs.ox.ac.uk/people/gavin.lowe/LinearizabiltyTesting/).
    """
    search = _Search(events)
    seen: set[_State] = set()
    todo: list[_State] = [search.read_ahead((0, None))]
    while todo:
        state = todo.pop()
        if state[0] & search.musts == search.musts:
            return True
        if state in seen:
            continue
        if len(seen) == limit:
            return None
        seen.add(state)
        todo += [search.read_ahead(after) for after in search.after(state)]
    return False


class _Search:
    def __init__(self, events: Sequence[Event]) -> None:
        self.events = sorted(_telling(events), key=lambda event: event.called_ns)
        lost = [event.called_ns for event in events if event.does == "remove" and event.returned_ns == NEVER_NS]
        self.lost_ns = min(lost, default=NEVER_NS)
        self.musts = sum(1 << place for place, event in enumerate(self.events) if event.returned_ns < NEVER_NS)
        self.values = _kinds([event.value for event in self.events])
        self.writes = {event.op.seq: place for place, event in enumerate(self.events) if event.does == "write"}

    def read_ahead(self, state: _State) -> _State:
        """Let every read take effect that can, and that what is held explains: to wait with it would gain nothing."""
        done, held = state
        kind = 0 if held is None else self.values[held]
        found = True
        while found:
            found = False
            for place in self._next(done):
                if self.values[place] == kind and self.events[place].does == "read":
                    done, found = done | 1 << place, True
        return done, held

    def after(self, state: _State) -> Iterator[_State]:
        """Yield what may come of a beginning by one more event that changes something; the earliest call last."""
        done, held = state
        places = list(self._next(done))
        if self.lost_ns <= min((self.events[place].returned_ns for place in places), default=NEVER_NS):
            yield done, None
        for place in reversed(places):
            event = self.events[place]
            if event.does == "end":
                yield done | 1 << place, None if held == self.writes.get(event.op.seq) else held
            elif event.does != "read":
                yield done | 1 << place, place if event.does == "write" else None

    def _next(self, done: int) -> Iterator[int]:
        """Yield the places of events that may be next: those called before any other has come back."""
        # The lowest bit that is not set: all before it have taken effect.
        place = (~done & (done + 1)).bit_length() - 1
        until_ns = NEVER_NS
        while place < len(self.events) and self.events[place].called_ns <= until_ns:
            if not done >> place & 1:
                yield place
                until_ns = min(until_ns, self.events[place].returned_ns)
            place += 1


def _telling(events: Sequence[Event]) -> Iterator[Event]:
    """Yield all but removals that may not have taken effect, and writes of this kind that nobody has read."""
    ended = {event.op.seq for event in events if event.does == "end"}
    answers = [event.value for event in events if event.does == "read"]
    for event in events:
        lost = event.returned_ns == NEVER_NS and event.does != "end" and event.op.seq not in ended
        if not lost or (event.does == "write" and any(same(event.value, answer) for answer in answers)):
            yield event


def _kinds(values: Sequence[Value | Missing]) -> list[int]:
    """Return a number for each value, the same one for the same value; 0 where nothing is held."""
    kinds: list[Value | Missing] = [MISSING]
    numbers = []
    for value in values:
        number = next((number for number, kind in enumerate(kinds) if same(kind, value)), len(kinds))
        kinds += [value] if number == len(kinds) else []
        numbers.append(number)
    return numbers
