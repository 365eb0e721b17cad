"""Being told to end by a signal, as service managers and build servers do."""

from __future__ import annotations

import signal
from types import FrameType

import pytest


_told: list[int] = []


def listen() -> None:
    """From now on, end the session where SIGTERM or SIGHUP asks for it, as Ctrl-C does."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, _hear)


def expect_untold() -> None:
    """End the session if it was told to, and whoever was being waited for then took that for an error of his own."""
    if _told:
        pytest.exit(f"ended by {signal.Signals(_told[0]).name}", returncode=128 + _told[0])


def _hear(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    _told.append(number)
    expect_untold()
