from __future__ import annotations

import socket

import pytest
import trusting

from crisper.backends import Backend, Facts
from crisper.history import History, Play
from crisper.judging import judged
from crisper.player.address import Address
from crisper.player.contact import Contact
from crisper.player.stage import Stage
from crisper.scenario import Judged
from crisper_scenarios.settings import tls


CLAIMS = frozenset({"kv", "shared", "tls"})
MINIATURES = [each for each in vars(trusting).values() if isinstance(each, type) and issubclass(each, trusting.Wary)]


@pytest.fixture
def url():
    """Where somebody listens, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"mini://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("wary", MINIATURES)
def test_who_trusts_the_wrong_ones_is_caught(wary, url):
    """Whoever shakes hands with strangers, or not with those it is told to trust, or with nobody; and nobody else."""
    url = f"trusting:{wary.__name__}+{url}"
    speaking = {"tls": lambda door, authority: (f"{door}?ca={authority}", {})}
    backend = Backend(name="mini", url=url, claims=CLAIMS, client="", facts=Facts(), **speaking)
    stage = Stage(
        Contact(address=Address(url=url), option=url, namespace=wary.__name__, backend=backend),
        layer="result",
        seed=1,
        ops=tls.ops,
    )
    tls.script(stage)
    play = Play(scenario=tls.id, layer="result", contestant="mini")
    ops = stage.recorder.ops()
    history = History(play=play, started_ns=0, ended_ns=0, ops=ops, observations=stage.observations)
    (verdict,) = judged(history, tls, Judged(claims=CLAIMS, facts={}))

    assert ("pass" if wary.right else "fail") == verdict.finding.word, verdict.finding.because
