"""Breaks a miniature's server, in the place of what breaks a real one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Switch:
    """Breaks a miniature's server as `Breakable` breaks a real one."""

    back_in_ns = 0

    def __init__(self, miniature: Any, note: Any) -> None:
        self._miniature = miniature
        self._note = note

    @contextmanager
    def frozen(self) -> Iterator[None]:
        self._miniature.thawed.clear()
        with self._noted("frozen"):
            yield
        self._miniature.thawed.set()

    @contextmanager
    def down(self) -> Iterator[None]:
        self._miniature.up = False
        with self._noted("down"):
            yield

    @contextmanager
    def cut(self) -> Iterator[None]:
        self._miniature.up = False
        with self._noted("cut"):
            yield

    @contextmanager
    def slowed(self) -> Iterator[None]:
        self._miniature.slow = True
        with self._noted("slowed"):
            yield

    @contextmanager
    def left(self) -> Iterator[None]:
        self._miniature.up = False
        self._miniature.told_to_leave()
        with self._noted("told to leave"):
            yield

    @contextmanager
    def leaderless(self) -> Iterator[None]:
        self._miniature.up = False
        self._miniature.lost_leader()
        with self._noted("left without its leader"):
            yield

    def restart(self) -> None:
        with self._noted("restarted"):
            self._miniature.restarted()

    def close(self) -> None:
        """There is nobody to hang up on."""

    @contextmanager
    def _noted(self, what: str) -> Iterator[None]:
        began_ns = time.monotonic_ns()
        yield
        ended_ns = time.monotonic_ns()
        if what == "down":
            self._miniature.restarted()
        self._miniature.up = True
        self._miniature.slow = False
        self._miniature.thawed.set()
        self._note(what=what, began_ns=began_ns, ended_ns=ended_ns, recovered_ns=time.monotonic_ns())
