"""What concurrent clients may see: whether each key was one register, and whether SUCCESS stood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple


class Seen(NamedTuple):
    """A value that was written to a key, or read from it; None is read where there is none. Times are monotonic."""

    key: str
    value: str | None
    written: bool
    called_ns: int
    returned_ns: int


class Zone(NamedTuple):
    """Where a value's time lies: it was there all of a forward zone, and at some moment of a backward one."""

    value: str | None
    low_ns: int
    high_ns: int
    forward: bool


def contradictions(seen: Iterable[Seen]) -> tuple[int, int]:
    """Return how often something written was lost, or stale when read, where no value is written twice to a key.

    Gibbons and Korach's test ("Testing Shared Memories", 1997): both are 0 if and only if the history is linearizable.
    Lost is what was written before a read that found nothing.
    """
    lost = stale = 0
    for operations in _by_key(seen).values():
        clashes = list(_clashes(list(_zones(operations))))
        lost += clashes.count(None)
        stale += len(clashes) - clashes.count(None) + sum(_unwritten(operations))
    return lost, stale


def replaced(seen: Iterable[Seen]) -> int:
    """Return how many reads told something else than the one SUCCESS that stood when they were made."""
    wrong = 0
    for operations in _by_key(seen).values():
        stored_ns = min((each.returned_ns for each in operations if each.written and _success(each)), default=None)
        stands = next((each.value for each in operations if not each.written and _success(each)), "SUCCESS")
        after = (each for each in operations if stored_ns is not None and each.called_ns > stored_ns)
        wrong += sum(not each.written and each.value != stands for each in after)
    return wrong


def _by_key(seen: Iterable[Seen]) -> dict[str, list[Seen]]:
    keys: defaultdict[str, list[Seen]] = defaultdict(list)
    for each in seen:
        keys[each.key].append(each)
    return keys


def _zones(operations: list[Seen]) -> Iterator[Zone]:
    # Nothing at all is what was there before the first call.
    ended: dict[str | None, int] = {None: -1}
    began = dict(ended)
    for each in operations:
        ended[each.value] = min(each.returned_ns, ended.get(each.value, each.returned_ns))
        began[each.value] = max(each.called_ns, began.get(each.value, each.called_ns))
    for value, end_ns in ended.items():
        low_ns, high_ns = sorted((end_ns, began[value]))
        yield Zone(value, low_ns, high_ns, forward=end_ns < began[value])


def _clashes(zones: list[Zone]) -> Iterator[str | None]:
    """Yield the value that was there too long, for each two zones that cannot both be."""
    forward = sorted((zone for zone in zones if zone.forward), key=attrgetter("low_ns"))
    yield from (one.value for one, other in pairwise(forward) if other.low_ns < one.high_ns)
    for other in zones:
        if not other.forward:
            yield from (one.value for one in forward if one.low_ns < other.low_ns and other.high_ns < one.high_ns)


def _unwritten(operations: list[Seen]) -> Iterator[bool]:
    """Yield, for each value read, whether nobody had written it yet."""
    called = {each.value: each.called_ns for each in operations if each.written}
    for each in operations:
        if not each.written and each.value is not None:
            yield each.value not in called or each.returned_ns < called[each.value]


def _success(each: Seen) -> bool:
    return each.value is not None and each.value.startswith("SUCCESS")
