from __future__ import annotations

import pytest

from crisper import registry
from crisper.bounding import asks
from crisper.celery.client import Client, Replies
from crisper.player.address import Address
from crisper.player.bounds import LONGEST_NS, MS, longest, shortest
from crisper.player.contact import Contact
from crisper.player.stage import SECOND, Stage


class Within:
    """Keeps everything, and refuses lives that are too short or too long: as it is made, or as it writes."""

    def __init__(self, expires_ns, least_ns, most_ns, *, at_once):
        self.kept, self.taken = {}, least_ns <= expires_ns <= most_ns
        if at_once:
            self.refuse()

    def refuse(self):
        if not self.taken:
            raise ValueError("not so")

    def set(self, key, value):
        self.refuse()
        self.kept[key] = value

    def get(self, key):
        return self.kept.get(key)

    def delete(self, key):
        self.kept.pop(key, None)


@pytest.fixture
def staged(monkeypatch):
    """Return a function that makes a stage whose contestant accepts lives within bounds."""

    def make(least_ns, most_ns, *, at_once=False):
        address = Address(url="cache+memory://")
        contact = Contact(address=address, option="memory", namespace="n", backend=registry.backend("memory"))
        stage = Stage(contact, layer="kv", seed=1, ops=500)

        def reader(*, expires_ns):
            backend = Within(expires_ns, least_ns, most_ns, at_once=at_once)
            return Client("client-1", "kv", backend, stage.recorder, expires_ns, Replies())

        monkeypatch.setattr(stage, "reader", reader)
        return stage

    return make


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("least_ns", [MS, 3 * MS, 700 * MS, 10 * SECOND, 100 * SECOND])
def test_the_shortest_life_is_found(staged, least_ns, at_once):
    """It is found to a millisecond, whether the backend refuses when it is made or when it writes."""
    assert least_ns == shortest(staged(least_ns, LONGEST_NS, at_once=at_once))


@pytest.mark.parametrize("most_ns", [101 * SECOND, 86_400 * SECOND, 2_592_000 * SECOND, LONGEST_NS])
def test_the_longest_life_is_found(staged, most_ns):
    """It is found to a second, and nothing beyond ten years is asked for."""
    stage = staged(MS, most_ns)
    longest(stage, 100 * SECOND)

    assert most_ns == max(each.expires_ns for each in asks(stage.observations) if not each.refusal)
    assert len(asks(stage.observations)) < 32


def test_whoever_refuses_all_has_no_shortest(staged):
    """Where every life is refused none is invented, and each refusal is told."""
    stage = staged(LONGEST_NS, LONGEST_NS)

    assert None is shortest(stage)
    assert {"set raised ValueError: not so"} == {each.refusal for each in asks(stage.observations)}
