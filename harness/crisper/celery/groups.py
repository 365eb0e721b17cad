"""Groups of results, as an application saves and restores them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crisper.celery.client import Client
from crisper.celery.recorder import Call


#: A member of a group: a task's id, or the id and the members of a group within it.
Member = str | tuple[str, Sequence["Member"]]


class Groups(Client):
    """A client of which `write`, `read` and `remove` speak of groups; the value of one is the list of its members.

    In a History a group is what its `as_tuple` tells.
    """

    def save(self, group_id: str, members: Sequence[Member], *, parent: str | None = None, keep: bool = True) -> Call:
        """result: what `GroupResult.save` does."""
        group = self._group(group_id, members, parent)
        return self._call(
            "result",
            "save_group",
            [group_id],
            lambda: self.backend.save_group(group_id, group),
            given=group.as_tuple(),
            expires_ns=self.expires_ns,
            keep=keep,
        )

    def restore(self, group_id: str, *, keep: bool = True) -> Call:
        """result: what `GroupResult.restore` does."""

        def restored() -> object:
            group = self.backend.restore_group(group_id)
            return None if group is None else group.as_tuple()

        return self._call("result", "restore_group", [group_id], restored, keep=keep)

    def delete_group(self, group_id: str) -> Call:
        """result: what `GroupResult.delete` does."""
        return self._call("result", "delete_group", [group_id], lambda: self.backend.delete_group(group_id))

    def join(self, task_ids: list[str], *, timeout_ns: int) -> Call:
        """result: what `GroupResult.get` does, with a group of these tasks."""
        group = self._group("joined", task_ids, None)
        return self._call(
            "result",
            "GroupResult.get",
            task_ids,
            lambda: group.get(timeout=timeout_ns / 1e9),
            given={"timeout_ns": timeout_ns},
        )

    def write(self, key: str, value: Any, *, keep: bool = True) -> Call:
        """Save a group of these members."""
        return self.save(key, value, keep=keep)

    def read(self, key: str, *, keep: bool = True) -> Call:
        """Restore a group."""
        return self.restore(key, keep=keep)

    def remove(self, key: str) -> Call:
        """Delete a group."""
        return self.delete_group(key)

    def _group(self, group_id: str, members: Sequence[Member], parent: str | None) -> Any:
        app = self.backend.app
        results = [
            app.AsyncResult(member) if isinstance(member, str) else self._group(*member, None) for member in members
        ]
        return app.GroupResult(group_id, results, parent=app.AsyncResult(parent) if parent else None)
