from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from crisper.history import Play
from crisper.player import progress as module
from crisper.player.alone import TOGETHER
from crisper.player.estimate import Rest, Spans, left_ns
from crisper.player.plan import Entry, Plan
from crisper.player.progress import Progress
from crisper.player.watches import FEW
from crisper.scenario import Scenario, Workload


SECOND = 1_000_000_000


def entry(name: str, contestant: str, lane: str) -> Entry:
    play = Play(scenario=name, layer="kv", contestant=contestant)
    if lane == "measure":
        scenario = Workload(id=name, sentence="", prepare=print, layer="kv", promises=(), sizes=(1, 2))
    else:
        about = {"sentence": "", "script": print, "layers": ("kv",), "checks": {}, "ops": 1, "seconds": 9}
        scenario = Scenario(id=name, lane=lane, **about)
    return Entry(play=play, scenario=scenario, source="")


ENTRIES = [entry("slow", "a", "watch"), entry("one", "a", "play"), entry("two", "a", "play"), entry("one", "b", "play")]
SLOW, ONE, TWO, OTHERS = [each.play for each in ENTRIES]
EARLIER = {str(SLOW): 30 * SECOND, str(ONE): SECOND, str(TWO): 2 * SECOND, str(OTHERS): 60 * SECOND}


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told."""
    at = SimpleNamespace(ns=0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic_ns=lambda: at.ns))
    return at


def progress(*more: Entry, earlier=EARLIER) -> Progress:
    return Progress(Plan(entries=[*ENTRIES, *more], backends={}, options={}, seed=1, profile="quick"), earlier)


@pytest.mark.usefixtures("clock")
def test_what_everybody_does_is_told():
    """Of each contestant the call for others comes first, then what it plays, then what it watches."""
    told = progress()
    told.begun(SLOW)
    first = told.told()
    told.begun(ONE)
    second = told.told()
    with told.awaiting("b", "rabbitmq"):
        third = told.told()

    assert [
        "0/4 over, about 60 s left; a awaits an expiry in slow[kv]",
        "0/4 over, about 60 s left; a plays one[kv]",
        "0/4 over, about 60 s left; a plays one[kv]; b awaits rabbitmq",
    ] == [first, second, third]


def test_the_time_left_is_that_of_the_slowest_contestant(clock):
    """What is under way is nearly over; what is over counts no more; what takes too long is not about to end."""
    told = progress()
    told.begun(OTHERS)
    clock.ns = 50 * SECOND
    told.over(TWO)
    nearly = told.told()
    told.over(OTHERS)
    over = told.told()
    told.begun(SLOW)
    clock.ns = 150 * SECOND

    assert ["1/4 over, about 30 s left", "2/4 over, about 30 s left"] == [
        nearly.partition(";")[0],
        over.partition(";")[0],
    ]
    assert "2/4 over, about 10 s left" == told.told().partition(";")[0]


@pytest.mark.usefixtures("clock")
def test_what_nobody_knows_is_not_guessed():
    """Without an earlier session there is no estimate as long as a lane has shown nothing."""
    assert "time left not known yet" in progress(earlier={}).told()


def test_what_others_took_is_expected(clock):
    """A playing is expected to take what it took another contestant, else what others took in its lane."""
    spans = Spans({})
    spans.add(ONE, "play", 4 * SECOND)
    spans.add(TWO, "play", 2 * SECOND)

    assert 4 * SECOND == spans.expected_ns(OTHERS, "play")
    assert 3 * SECOND == spans.expected_ns(Play(scenario="three", layer="kv", contestant="b"), "play")
    assert spans.expected_ns(SLOW, "watch") is None
    assert 0 == clock.ns


def test_lanes_add_up_as_they_are_played():
    """Ordinary playings follow each other; watches go on at once; of those alone some do."""
    rest = [Rest(lane=lane, elapsed_ns=0, expected_ns=10) for lane in ("play", "play", "play", "watch", "watch")]
    alone = [Rest(lane="alone", elapsed_ns=0, expected_ns=10) for _ in range(4 * TOGETHER)]

    assert (30, 10, 40, 0) == (left_ns(rest), left_ns(rest[3:]), left_ns([*rest, *alone]), left_ns([]))


def test_long_watches_follow_the_others():
    """A few at a time, once those of every day are over."""
    rest = [Rest(lane="watch", elapsed_ns=0, expected_ns=10) for _ in range(3)]
    long = [Rest(lane="watch", long=True, elapsed_ns=0, expected_ns=10) for _ in range(3 * FEW)]

    assert (40, 20, 30) == (left_ns([*rest, *long]), left_ns([*rest, long[0]]), left_ns(long))


def test_who_took_longest_is_known_from_earlier():
    """The contestant with the most to play is known by its ordinary playings; by nothing where nothing is known."""
    assert ("b", None) == (progress().longest(), progress(earlier={}).longest())


def test_measurements_are_counted_by_cells(clock):
    """The lane in which contestants take turns has its own time: an earlier session's, or what was planned for it."""
    told = progress(entry("set", "a", "measure"), earlier={})
    for each in (SLOW, ONE, TWO, OTHERS):
        told.over(each)
    planned = told.told()
    told.measuring(0, 5)
    clock.ns = 4 * SECOND
    told.over(entry("set", "a", "measure").play)

    assert "4/5 over, about 1 s left; all of lane play is over after 0 s" == planned
    assert 2 * SECOND == told.spans()["cell"]


def test_milestones_are_said_once():
    """A server that is up, a lane that is over and a round that begins are lines, in their order."""
    told = progress()
    server = SimpleNamespace(engine=SimpleNamespace(name="redis"), version="8.0", started_in_ns=1_240_000_000)
    told.up(server)
    told.up(server)
    told.over(SLOW)
    told.say("look")
    told.measuring(1, 5)
    lines = [(line.text, line.milestone) for line in told.taken()]

    assert [
        ("redis 8.0 is up after 1.2 s", True),
        ("all of lane watch is over after 1 s", True),
        ("look", False),
        ("measuring: round 1 of 5", True),
    ] == lines
    assert [] == told.taken()


def test_how_long_it_took_is_kept_for_the_next_session():
    """A playing's time replaces that of an earlier session; what was not played keeps the earlier one."""
    told = progress()
    told.begun(ONE)
    time.sleep(0)
    told.over(ONE)

    assert told.spans()[str(ONE)] < SECOND
    assert EARLIER[str(TWO)] == told.spans()[str(TWO)]
