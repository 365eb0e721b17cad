"""The few calls of a history that are enough to show that no order explains it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from crisper.checks.answers import same
from crisper.checks.orders import NEVER_NS, Event, ordered


#: Of each part of a history; what is not decided then is not left out.
LIMIT = 1000


def smallest(events: Sequence[Event]) -> list[Event]:
    """Return events that no order explains, although one would if any one of them were left out; by their calls.

    To leave a change out means that it may have happened at any later moment, or never, unless a change that is kept
    covers it before anything is read: whatever had an order before has one then, so that what is left is as wrong as
    the whole. What was read is never left without its write.
    """
    beginning = _beginning(events)
    changes = [event for event in beginning if event.does != "read"]
    reads = [event for event in beginning if event.does == "read"]
    reads = _fewest(reads, lambda kept, _: _broken([*changes, *kept]))
    sources = [each for each in changes if any(same(each.value, read.value) for read in reads if each.does == "write")]
    others = [each for each in changes if each not in sources]

    def enough(kept: list[Event], out: list[Event]) -> bool:
        changes = [*sources, *kept]
        return _broken([*changes, *reads, *_in_doubt(_uncovered(out, changes, reads))])

    return sorted([*sources, *_fewest(others, enough), *reads], key=lambda event: event.called_ns)


def _uncovered(out: list[Event], changes: list[Event], reads: list[Event]) -> list[Event]:
    first_ns = min(read.called_ns for read in reads)
    since_ns = max((each.called_ns for each in changes if each.returned_ns < first_ns), default=0)
    return [each for each in out if each.returned_ns >= since_ns]


def _fewest(events: list[Event], enough: Callable[[list[Event], list[Event]], bool]) -> list[Event]:
    """Return what cannot be left out; `enough` is asked of what is kept, and what is not."""
    kept, out = sorted(events, key=lambda event: event.called_ns), list[Event]()
    size = len(kept)
    while size:
        # From the last part to the first, so that what is left out moves nothing that is still to be tried.
        for start in reversed(range(0, len(kept), size)):
            part, rest = kept[start : start + size], kept[:start] + kept[start + size :]
            if enough(rest, out + part):
                kept, out = rest, out + part
        size //= 2
    return kept


def _beginning(events: Sequence[Event]) -> list[Event]:
    """Return what was known at the first moment at which no order explains it."""
    moments = sorted(event.returned_ns for event in events if event.does == "read")
    least, most = 0, len(moments) - 1
    while least < most:
        middle = (least + most) // 2
        if _broken(_until(events, moments[middle])):
            most = middle
        else:
            least = middle + 1
    return _until(events, moments[most])


def _until(events: Sequence[Event], moment_ns: int) -> list[Event]:
    over = [event for event in events if event.returned_ns <= moment_ns]
    under_way = [event for event in events if event.called_ns <= moment_ns < event.returned_ns and event.does != "read"]
    return over + _in_doubt(under_way)


def _in_doubt(changes: list[Event]) -> list[Event]:
    return [replace(each, returned_ns=NEVER_NS) for each in changes]


def _broken(events: Sequence[Event]) -> bool:
    return ordered(events, LIMIT) is False
