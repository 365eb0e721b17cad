from __future__ import annotations

import pytest
from docker.errors import APIError

from crisper.errors import ServerError
from crisper.servers.faults import Breakable


class Reluctant:
    """A container that the engine cannot pause the first few times, and says why."""

    def __init__(self, times: int, why: str) -> None:
        self.times, self.why = times, why
        self.calls: list[str] = []

    def pause(self) -> None:
        """Refuse, or pause."""
        self.calls.append("pause")
        if self.calls.count("pause") <= self.times:
            raise APIError(self.why)

    def unpause(self) -> None:
        """Go on."""
        self.calls.append("unpause")


def frozen(container) -> list[str]:
    with Breakable(container, version=str, note=lambda **_: None).frozen():
        container.calls.append("within")
    return container.calls


def test_a_busy_machine_is_asked_again_to_freeze():
    """Where the kernel did not come to freezing it in time, a server is frozen by another try."""
    assert ["pause", "pause", "pause", "within", "unpause"] == frozen(Reluctant(2, "unable to freeze: unknown"))


@pytest.mark.parametrize(("times", "why", "tries"), [(9, "unable to freeze: unknown", 5), (1, "no such container", 1)])
def test_what_cannot_be_frozen_is_not_thawed(times, why, tries):
    """Where trying again is of no use it is our failure, in the engine's own words, and nothing else is done."""
    container = Reluctant(times, why)
    with pytest.raises(ServerError, match=f"a server could not be frozen, the container engine says: .*{why}"):
        frozen(container)

    assert ["pause"] * tries == container.calls
