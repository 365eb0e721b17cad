from __future__ import annotations

from types import SimpleNamespace

import pytest

from crisper.celery.awaiting import held
from crisper.checks.tracking import forgotten_are_let_go, stays_flat
from crisper.history import History, Observation, Op, Play
from crisper.scenario import Judged


NOBODY = Judged(claims=frozenset(), facts={}, celery="5.7.0")


def ops(call: str, count: int, **more: object) -> list[Op]:
    about = {"process": 1, "client": "client-1", "layer": "result", "call": call, "keys": ["1"], **more}
    return [Op(seq=number, called_ns=0, returned_ns=0, **about) for number in range(count)]


def looked(moment: str, kind: str = "held", **counts: int) -> Observation:
    return Observation(kind=kind, at_ns=0, data={"moment": moment, **counts})


def waited(results: int) -> Observation:
    return Observation(kind="waited", at_ns=0, data={"results": results})


def found(check, made: list[Op], *looks: Observation):
    play = Play(scenario="s", layer="result", contestant="c")
    return check(History(play=play, started_ns=0, ended_ns=0, ops=made, observations=list(looks)), NOBODY)


@pytest.mark.parametrize(("last", "word"), [(3, "pass"), (27, "pass"), (28, "fail"), (103, "fail")])
def test_growth_with_the_results_is_found(last, word):
    """What is a quarter of the results has grown with them; a few are left over by chance."""
    looks = looked("at first", pending=3), looked("at last", pending=last)

    assert word == found(stays_flat, [], *looks, waited(100)).word


def test_growth_on_the_server_is_found_where_it_is_for_waiting():
    """Channels and queues exist for those who wait; entries are the results themselves."""
    first = looked("at first", "count", entries=1, channels=0)
    last = looked("at last", "count", entries=101, channels=100, sessions=100)
    finding = found(stays_flat, [], first, last, waited(100))

    assert ("fail", "after 100 results that were waited for, channels: 0 → 100") == (finding.word, finding.because)


def test_too_few_results_say_nothing():
    """Of a handful nobody can tell whether anything grows."""
    assert "unknown" == found(stays_flat, [], waited(3)).word


def test_what_could_not_be_stored_is_a_failure():
    """Where a store raises, nothing can be waited for."""
    assert "fail" == found(stays_flat, ops("store_result", 1, outcome="failed", error="KeyError"), waited(0)).word


@pytest.mark.parametrize(("left", "word"), [(0, "pass"), (4, "pass"), (5, "fail")])
def test_what_was_forgotten_is_let_go(left, word):
    """All that was waited for before it was forgotten is gone again."""
    looks = looked("at last", pending=0), looked("forgotten", pending=left)

    assert word == found(forgotten_are_let_go, ops("forget", 5), *looks).word


def test_a_forget_that_raises_is_found():
    """Whoever cannot forget stays subscribed."""
    assert "fail" == found(forgotten_are_let_go, ops("forget", 1, outcome="failed", error="NotImplementedError")).word


def test_collections_are_counted_whatever_they_are_called():
    """Those of the object and of whoever receives for it; a pair of mappings is one, and texts are none."""
    consumer = SimpleNamespace(subscribed_to={1, 2}, name="consumer")
    backend = SimpleNamespace(_pending=({1: 1}, {2: 2, 3: 3}), url="lie://", result_consumer=consumer, limit=5)

    assert {"_pending": 3, "subscribed_to": 2} == held(backend)
    assert {"entries": 1} == held(SimpleNamespace(entries=[1]))
