from __future__ import annotations

import threading
import time

import pytest

from crisper.player import watches
from crisper.player.watches import Gathering


def never() -> bool:
    return False


def test_nothing_is_watched_before_everybody_is_there():
    """Who comes last is waited for; who failed will not come, and counts as there."""
    gathering, over = Gathering(["memory", "redis"]), threading.Event()
    watching = threading.Thread(target=lambda: (gathering.expect_all(never), over.set()))
    watching.start()
    gathering.arrived("memory")

    assert not over.wait(0.3)

    gathering.arrived("redis")
    gathering.arrived("redis")

    assert over.wait(5)

    watching.join()


@pytest.mark.parametrize("given_up", [True, False])
def test_nobody_is_waited_for_without_end(monkeypatch, given_up):
    """Not when all is given up, and not for long: a server may never start."""
    monkeypatch.setattr(watches, "GATHERED_WITHIN_S", 60.0 if given_up else 0.3)
    gathering = Gathering(["rpc"])
    began = time.monotonic()
    gathering.expect_all(lambda: given_up)

    assert time.monotonic() - began < 5


def test_few_begin_with_much_at_once(monkeypatch):
    """Whoever comes next waits for the end of a turn; when all is given up, for nothing."""
    monkeypatch.setattr(watches, "HEAVY_AT_ONCE", 2)
    monkeypatch.setattr(watches, "HEAVY_FOR_S", 0.5)
    gathering = Gathering([])
    began = time.monotonic()
    for _ in range(2):
        gathering.expect_turn(never)

    assert time.monotonic() - began < 0.4

    gathering.expect_turn(never)

    assert time.monotonic() - began >= 0.5

    monkeypatch.setattr(watches, "HEAVY_FOR_S", 60.0)
    gathering = Gathering([])
    for _ in range(3):
        gathering.expect_turn(lambda: True)

    assert time.monotonic() - began < 10
