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
