from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import configuration

from crisper.backends import Backend, Facts
from crisper.history import History, Play
from crisper.judging import judged
from crisper.player import searching
from crisper.player.address import Address
from crisper.player.contact import Contact
from crisper.player.stage import SECOND, Stage
from crisper.scenario import Judged
from crisper_scenarios.meeting import sequences_at_once


CLAIMS = frozenset({"kv", "shared"})


@pytest.fixture
def met(monkeypatch):
    """Return a function that lets clients of a miniature meet, and tells the calls that were kept and the verdict."""
    effort = replace(searching.TOGETHER, search_ns=2 * SECOND, shrink_ns=10 * SECOND)
    monkeypatch.setattr(searching, "TOGETHER", effort)

    def run(name, layer):
        url = f"{name}+mini://here"
        backend = Backend(name="mini", url=url, claims=CLAIMS, client="", facts=Facts())
        contact = Contact(address=Address(url=url), option=url, namespace=f"{name}-{layer}", backend=backend)
        stage = Stage(contact, layer=layer, seed=1, ops=sequences_at_once.ops)
        sequences_at_once.script(stage)
        play = Play(scenario=sequences_at_once.id, layer=layer, contestant="mini")
        ops = stage.recorder.ops()
        history = History(play=play, started_ns=0, ended_ns=0, ops=ops, observations=stage.observations)
        (verdict,) = judged(history, sequences_at_once, Judged(claims=CLAIMS, facts={}))
        return ops, verdict.finding

    yield run
    configuration.set_hypothesis_home_dir(None)  # a contestant's process has it to itself


@pytest.mark.parametrize("layer", ["kv", "result"])
@pytest.mark.parametrize("lie", ["PutsBackWhatItReads", "WritesInTwoHalves"])
def test_a_lie_that_only_clients_who_meet_see_is_found(met, lie, layer):
    """And brought down to few calls of more than one client."""
    ops, finding = met(f"lies_of_races:{lie}", layer)

    assert "fail" == finding.word, finding.because
    assert 3 <= len(ops) <= 8
    assert len({op.client for op in ops}) > 1


@pytest.mark.parametrize("layer", ["kv", "result"])
def test_an_honest_backend_is_cleared(met, layer):
    """However its clients meet; no call is kept."""
    ops, finding = met("miniatures:Honest", layer)

    assert ("pass", []) == (finding.word, ops), finding.because
