"""A backend that keeps the first write to a key and ignores the others; Celery and nothing else."""

from __future__ import annotations

from typing import ClassVar

from celery.backends.base import KeyValueStoreBackend


class KeepsTheFirst(KeyValueStoreBackend):
    """Keeps what was written first, for ever."""

    kept: ClassVar[dict[bytes, bytes]] = {}

    def get(self, key):
        """Return what was written first."""
        return self.kept.get(key)

    def mget(self, keys):
        """Return what was written first, for each."""
        return [self.kept.get(key) for key in keys]

    def set(self, key, value):
        """Write, unless something is there."""
        self.kept.setdefault(key, value)

    def delete(self, key):
        """Remove; raises KeyError where nothing is there."""
        del self.kept[key]
