from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from crisper import registry
from crisper.backends import Backend, Facts
from crisper.checks import faults as checks
from crisper.checks import links
from crisper.history import History, Play
from crisper.judging import judged
from crisper.player.address import Address
from crisper.player.contact import Contact
from crisper.player.stage import Stage
from crisper.scenario import Judged, Scenario
from crisper_scenarios import bursts, clusters, faults, restarting
from crisper_scenarios.clauses.faults import G1, G2


SECOND = 1_000_000_000
BOUND_NS = 2 * SECOND
TRIES = 4

broken = sys.modules["broken"] = registry.module(Path(__file__).with_name("broken.py"))
restarted = registry.module(Path(__file__).with_name("restarted.py"))
Switch = registry.module(Path(__file__).with_name("switch.py")).Switch
MINIATURES = {
    name: each
    for name, each in (vars(broken) | vars(restarted)).items()
    if isinstance(each, type) and issubclass(each, broken.Sturdy)
}
CLAIMS = frozenset({"kv", "shared", "autoexpire", "durable"})

#: The same scripts, held to a shorter bound.
BRIEF = [
    replace(faults.server_down, checks={**faults.server_down.checks, G1: checks.raises_within(BOUND_NS)}),
    replace(faults.server_frozen, checks={**faults.server_frozen.checks, G2: checks.raises_within(BOUND_NS)}),
    faults.server_back,
    restarting.server_restarted,
    bursts.network_cut,
]
#: What would keep the rest waiting: played by the honest one, and by whom it is to catch.
LONG = [
    restarting.restarted_lives,
    bursts.server_killed,
    bursts.slow_link,
    clusters.node_killed,
    clusters.node_left,
    clusters.leader_killed,
]


def played(name: str, scenario: Scenario, layer: str) -> list:
    """Play one scenario against one miniature, each in a class of its own, and judge it."""
    cls = type(f"{name}_{scenario.id}_{layer}", (MINIATURES[name],), {"log": {}})
    setattr(broken, cls.__name__, cls)
    url = f"broken:{cls.__name__}+mini://"
    backend = Backend(name=name, url=url, claims=CLAIMS, client="", facts=Facts())
    contact = Contact(address=Address(url=url), option=url, namespace=cls.__name__, backend=backend)
    stage = Stage(contact, layer=layer, seed=1, ops=scenario.ops)
    vars(stage)["server"] = Switch(cls, lambda **seen: stage.observe("fault", **seen))
    scenario.script(stage)
    play = Play(scenario=scenario.id, layer=layer, contestant=name)
    ops = stage.recorder.ops()
    history = History(play=play, started_ns=0, ended_ns=0, ops=ops, observations=stage.observations)
    return judged(history, scenario, Judged(claims=CLAIMS, facts={}))


def decided(name: str, scenario: Scenario, layer: str) -> list:
    """Play it, and again what the machine was too busy for: that is no answer."""
    for _ in range(TRIES):
        found = played(name, scenario, layer)
        if all(each.finding.word != "unknown" for each in found):
            break
    return found


@pytest.fixture(scope="module")
def verdicts():
    """Every miniature in every scenario that it may break, side by side: most of it is waiting."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(100) as threads:
        for name in ("DOWN_NS", "FROZEN_NS"):
            patch.setattr(faults, name, BOUND_NS)
        patch.setattr(faults, "BEYOND_NS", SECOND // 2)
        patch.setattr(faults, "ABSENT_NS", SECOND // 5)
        patch.setattr(restarting, "SHORTEST_NS", 2 * SECOND)
        for name in ("CUT_NS", "DOWN_NS", "SLOW_NS"):
            patch.setattr(bursts, name, SECOND // 2)
        for name in ("AWAY_NS", "LED_NS"):
            patch.setattr(clusters, name, SECOND // 2)
        patch.setattr(bursts, "PATIENCE_NS", BOUND_NS)
        patch.setattr(bursts, "QUICK_NS", 2 * SECOND)
        patch.setattr(links, "QUICK_NS", SECOND // 2)
        # A hundred threads begin at once: writes before the fault may take long; what stays slow takes longer yet.
        patch.setattr(links, "TIMES", 2)
        patch.setattr(links, "SETTLED_NS", SECOND // 10)
        patch.setattr(checks, "RETRIED_WITHIN_NS", SECOND // 10)

        def begun(name: str) -> list:
            scenarios = [*BRIEF, *(each for each in LONG if concerns(each, MINIATURES[name]))]
            return [threads.submit(decided, name, each, layer) for each in scenarios for layer in each.layers]

        def told(futures: list) -> list:
            return [verdict for future in futures for verdict in future.result()]

        under_way = {name: begun(name) for name in MINIATURES}
        found = {name: told(futures) for name, futures in under_way.items()}
        # On a machine that is too busy for all of them at once: by itself, twice at most.
        for name in list(MINIATURES) * 2:
            if not as_declared(name, found[name]):
                found[name] = told(begun(name))
    # What a script gave up may go on for ever.
    broken.Sturdy.over = True
    for thread in threading.enumerate():
        if thread.name == "patience":
            thread.join(10)
    return found


def as_declared(name: str, verdicts: list) -> bool:
    found = {word: {each.clause for each in verdicts if each.finding.word == word} for word in ("fail", "pass")}
    return MINIATURES[name].must_fail == found["fail"] and {each.clause for each in verdicts} == set().union(
        *found.values()
    )


def concerns(scenario, miniature) -> bool:
    return not miniature.must_fail or not miniature.must_fail.isdisjoint(scenario.promises)


@pytest.mark.parametrize("name", MINIATURES)
def test_a_lie_is_caught_and_nothing_else(verdicts, name):
    """Every promise that the lie breaks is found broken, and no other: the rest is found kept."""
    found = {word: {each.clause for each in verdicts[name] if each.finding.word == word} for word in ("fail", "pass")}
    told = [(str(each.play), each.clause, each.finding.because) for each in verdicts[name]]

    assert MINIATURES[name].must_fail == found["fail"], told
    assert {each.clause for each in verdicts[name]} == found["fail"] | found["pass"], told


def test_every_promise_is_broken_by_somebody(verdicts):
    """No promise about broken servers is trusted to a check that has never been seen to fail."""
    found = [verdict for each in verdicts.values() for verdict in each]
    asked = {(each.clause, each.play.layer) for each in found if each.finding.word != "inapplicable"}

    assert asked == {(each.clause, each.play.layer) for each in found if each.finding.word == "fail"}
