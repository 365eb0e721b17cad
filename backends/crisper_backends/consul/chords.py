"""Chords: each task of a header counts once, those of a group inside too, and a chord that is over stays over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from celery.result import GroupResult

from crisper_backends.consul.lifetimes import Lifetimes
from crisper_backends.consul.store import Store


#: What the counter of a chord that is over stands at: more than any header has tasks.
OVER = 1 << 62
#: How long it is remembered at most that a chord is over; a broker delivers nothing again after that.
_LONGEST_MEMORY_NS = 86_400 * 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A task of a header that has returned, and is being counted."""

    name: str
    group_id: str


_part: ContextVar[_Part | None] = ContextVar("part", default=None)


class Chords:
    """What a key-value backend of Celery needs to count chords exactly."""

    lifetimes: Lifetimes
    get_key_for_chord: Any

    @property
    def store(self) -> Store:
        """What this process reads and writes by."""
        raise NotImplementedError

    def incr(self, key: str | bytes) -> int:
        """Add one and return the sum, exactly; the first makes a counter that lives as chords do."""
        part = _part.get()
        return self.store.count(key, self.lifetimes.chord_ns, part.name if part else None)

    def on_chord_part_return(self, request: Any, state: str, result: Any, **kwargs: Any) -> None:
        """Count a header task once, however often it is delivered, and run the body after the last."""
        name = f"{request.id}:{getattr(request, 'group_index', None)}"
        with _counting(_Part(name=name, group_id=request.group)):
            super().on_chord_part_return(request, state, result, **kwargs)  # type: ignore[misc]

    def chord_error_from_stack(self, callback: Any, exc: BaseException | None = None) -> Any:
        """Let a chord's body fail, unless the chord is over: what is delivered after that changes nothing."""
        part = _part.get()
        if part is not None and int(self.store.read(self.get_key_for_chord(part.group_id)) or 0) >= OVER:
            return None
        return super().chord_error_from_stack(callback, exc)  # type: ignore[misc]

    def keeps(self, key: str | bytes) -> bool:
        """Whether a key is the counter of the chord that has just come to its end: it stays, to say so."""
        part = _part.get()
        return part is not None and key == self.get_key_for_chord(part.group_id)

    def _apply_chord_incr(self, header_result_args: Any, body: Any, **kwargs: Any) -> None:
        group_id, results = header_result_args
        # Celery compares the counter with the members of the header, but each task of a group among them counts.
        behind = sum(1 - _tasks(member) for member in results)
        self.store.begin(self.get_key_for_chord(group_id), behind, self.lifetimes.chord_ns)
        super()._apply_chord_incr(header_result_args, body, **kwargs)  # type: ignore[misc]

    def _delete_group(self, group_id: str) -> None:
        if (part := _part.get()) is not None and part.group_id == group_id:
            memory_ns = min(self.lifetimes.chord_ns or _LONGEST_MEMORY_NS, _LONGEST_MEMORY_NS)
            self.store.begin(self.get_key_for_chord(group_id), OVER, memory_ns)
        super()._delete_group(group_id)  # type: ignore[misc]


def _tasks(member: Any) -> int:
    return sum(map(_tasks, member.results)) if isinstance(member, GroupResult) else 1


@contextmanager
def _counting(part: _Part) -> Iterator[None]:
    token = _part.set(part)
    try:
        yield
    finally:
        _part.reset(token)
