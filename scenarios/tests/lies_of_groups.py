"""Backends that lie about groups and chords: each in exactly one way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from celery.backends.base import KeyValueStoreBackend
from celery.result import GroupResult
from miniatures import Honest


class ForgetsParents(Honest):
    """Saves a group without its parent."""

    must_fail = frozenset({"D1"})

    def _save_group(self, group_id: str, result: Any) -> Any:
        return super()._save_group(group_id, GroupResult(group_id, result.results))


class TakesGroupsApart(Honest):
    """Saves what is in a group within a group as if it were in the outer one."""

    must_fail = frozenset({"D1", "D2"})

    def _save_group(self, group_id: str, result: Any) -> Any:
        def flat(members: Any) -> Iterator[Any]:
            for member in members:
                yield from flat(member.results) if isinstance(member, GroupResult) else [member]

        return super()._save_group(group_id, GroupResult(group_id, list(flat(result.results)), parent=result.parent))


class KeepsGroupsToItself(Honest):
    """Restores the groups that it saved itself, and no other's."""

    must_fail = frozenset({"C15", "D1", "D2", "D3"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.saved: dict[str, Any] = {}

    def _save_group(self, group_id: str, result: Any) -> Any:
        self.saved[group_id] = result
        return result

    def _restore_group(self, group_id: str) -> Any:
        return {"result": self.saved[group_id]} if group_id in self.saved else None

    def _delete_group(self, group_id: str) -> None:
        self.saved.pop(group_id, None)


class NeverDeletesAGroup(Honest):
    """Says that it deleted a group, and did not."""

    must_fail = frozenset({"D3"})

    def _delete_group(self, group_id: str) -> None:
        pass


class ShufflesGroups(Honest):
    """Reads the results of a group in one call, and mixes them up."""

    must_fail = frozenset({"C9", "D6", "D7", "D9", "E8", "H5"})
    supports_native_join = True

    def get_many(self, task_ids: Any, **more: Any) -> Iterator[Any]:
        found = list(super().get_many(task_ids, **more))
        for (task_id, _), (_, meta) in zip(found, found[1:] + found[:1], strict=True):
            yield task_id, meta


class CountsEveryDelivery(Honest):
    """Counts a task of a chord's header as often as it is delivered."""

    must_fail = frozenset({"D6"})

    def counts(self, part: str) -> bool:  # noqa: ARG002 - whatever it is
        return True


class CountsBeyondTheEnd(Honest):
    """Counts a task that is delivered again, once its chord is over."""

    must_fail = frozenset({"D6"})

    def on_chord_part_return(self, request: Any, *args: Any, **more: Any) -> None:
        if self.alive(self.get_key_for_group(request.group)) is None:
            KeyValueStoreBackend.on_chord_part_return(self, request, *args, **more)
        else:
            super().on_chord_part_return(request, *args, **more)


class CountsAsLongAsResultsLive(Honest):
    """Lets a chord's counter expire with results."""

    must_fail = frozenset({"C9"})

    chord_expires = property(lambda self: self.expires)


class PollsForNobody(Honest):
    """Polls for chords, without saying for whose results."""

    must_fail = frozenset({"D7"})
    undecidable = frozenset({"A14", "C9", "D6"})
    implements_incr = False

    def fallback_chord_unlock(self, header_result: Any, body: Any, **more: Any) -> None:
        super().fallback_chord_unlock(GroupResult(header_result.id, []), body, **more)

    def on_chord_part_return(self, *args: Any, **more: Any) -> None:
        KeyValueStoreBackend.on_chord_part_return(self, *args, **more)
