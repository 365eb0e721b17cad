"""Backends that lie in one way each; Celery and nothing else."""

from __future__ import annotations

import time
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


class WritesInTwoSteps(KeepsTheFirst):
    """Has nothing for a moment while a key is written again."""

    def set(self, key, value):
        """Remove, and write a moment later."""
        self.kept.pop(key, None)
        time.sleep(0.001)
        self.kept[key] = value
