from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import configuration

from crisper import registry
from crisper.checks.sequences import each_answer_follows
from crisper.player import searching
from crisper.player.address import Address
from crisper.player.stage import Contact, Stage


STEPS = [(call, place) for place in (0, 1) for call in ("set", "get", "delete")]


@pytest.fixture
def searched():
    """Return a function that searches a way to set for what is wrong with it, and tells what was played and kept."""

    def run(write, *, seed=1):
        contact = Contact(
            address=Address(url="cache+memory://"), option="memory", namespace="n", backend=registry.backend("memory")
        )
        stage, played = Stage(contact, layer="kv", seed=seed, ops=5000), []

        def play(sequence):
            played.append(tuple(sequence))
            held = {}
            for number, (call, place) in enumerate(sequence):
                does = {"set": lambda: write(held, place, number), "get": lambda: held.get(place)}  # noqa: B023
                stage.recorder.call(
                    does.get(call, lambda: held.pop(place, None)),  # noqa: B023
                    client="client-1",
                    layer="kv",
                    name=call,
                    keys=(f"{len(played)}-{place}",),
                    given=number if call == "set" else None,
                )

        searching.search(stage, STEPS, play, each_answer_follows)
        kept = stage.recorded()
        return SimpleNamespace(played=played, calls=[op.call for op in kept.ops], ops=kept.ops, seen=kept.observations)

    yield run
    configuration.set_hypothesis_home_dir(None)  # a contestant's process has it to itself


def keeps_the_last(held, place, number):
    held[place] = number


def keeps_the_first(held, place, number):
    held.setdefault(place, number)


def refuses(*_):
    raise KeyError


def test_the_shortest_wrong_sequence_is_kept(searched):
    """Of what was played only the calls that show it, as they were made."""
    found = searched(keeps_the_first)

    assert ["set", "set", "get"] == found.calls
    assert 1 == len({op.keys[0] for op in found.ops})


def test_one_call_may_be_all_that_is_wrong(searched):
    """Though sequences of two are what is begun with."""
    assert ["set"] == searched(refuses).calls


def test_nothing_is_kept_where_nothing_is_wrong(searched):
    """But how much was tried."""
    found = searched(keeps_the_last)

    assert ([], 0) == (found.calls, found.seen[-1].data["wrong"])
    assert len(found.played) == found.seen[-1].data["sequences"] > 60


@pytest.mark.parametrize("write", [keeps_the_last, keeps_the_first])
def test_the_seed_chooses_the_sequences(searched, write):
    """The same ones each time, in the same order; another seed others."""
    assert searched(write).played == searched(write).played != searched(write, seed=2).played


def test_no_sequence_is_played_twice(searched):
    """Nor is it asked again whether it is wrong, so that one that is wrong only once is kept as it was seen."""
    lies = []

    def lies_once(held, place, number):
        if len(held) == 1 and place in held and not lies:
            lies.append(number)
        else:
            held[place] = number

    found = searched(lies_once)

    assert len(found.played) == len(set(found.played))
    assert found.calls[-1:] in ([], ["get"])


def test_a_search_ends_in_time(searched, monkeypatch):
    """Whatever there is still to try."""
    monkeypatch.setattr(searching, "ALONE", replace(searching.ALONE, search_ns=0))

    assert [] == searched(keeps_the_first).played


@pytest.mark.parametrize(("fewest", "tried"), [(0, 2), (4, 4), (1000, 8)])
def test_a_slow_search_tries_a_few_all_the_same(searched, monkeypatch, fewest, tried):
    """In four times its time at most: that a machine is slow is no reason to look at nothing."""
    clock = itertools.count(0, 10_000_000)
    monkeypatch.setattr(searching, "time", SimpleNamespace(monotonic_ns=lambda: next(clock)))
    effort = replace(searching.ALONE, search_ns=20_000_000, fewest=fewest)
    monkeypatch.setattr(searching, "ALONE", effort)

    assert tried == len(searched(keeps_the_last).played)


def test_what_is_wrong_is_shortened_for_so_long_only(searched, monkeypatch):
    """Then the shortest one that was found is kept."""
    monkeypatch.setattr(searching, "ALONE", replace(searching.ALONE, shrink_ns=0))
    found = searched(keeps_the_first)

    assert "get" == found.calls[-1]
    assert 1 == found.seen[-1].data["wrong"]
