from __future__ import annotations

import leaving
import pytest

from crisper.backends import Backend
from crisper.history import History, Play
from crisper.judging import judged
from crisper.player.address import Address
from crisper.player.contact import Contact
from crisper.player.stage import SECOND, Stage
from crisper.scenario import Judged
from crisper_scenarios.leaving import left_behind


CLAIMS = frozenset({"kv", "autoexpire"})
MINIATURES = [each for each in vars(leaving).values() if isinstance(each, type) and issubclass(each, leaving.Tidy)]


@pytest.mark.parametrize("layer", left_behind.layers)
@pytest.mark.parametrize("tidy", MINIATURES)
def test_who_leaves_something_is_caught(tidy, layer, monkeypatch):
    """Whoever keeps what has expired, or a trace of what was deleted; and nobody else."""
    monkeypatch.setattr("crisper_scenarios.leaving.LEFT_NS", SECOND)
    url = f"leaving:{tidy.__name__}+mini://"
    backend = Backend(name="mini", url=url, claims=CLAIMS, client="", peek=tidy.held)
    contact = Contact(address=Address(url=url), option=url, namespace=f"{tidy.__name__}-{layer}", backend=backend)
    stage = Stage(contact, layer=layer, seed=1, ops=left_behind.ops)
    left_behind.script(stage)
    play = Play(scenario=left_behind.id, layer=layer, contestant="mini")
    ops = stage.recorder.ops()
    history = History(play=play, started_ns=0, ended_ns=0, ops=ops, observations=stage.observations)
    (verdict,) = judged(history, left_behind, Judged(claims=CLAIMS, facts={}))

    assert ("pass" if tidy.right else "fail") == verdict.finding.word, verdict.finding.because
