from __future__ import annotations

import threading
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from crisper.errors import ServerError
from crisper.history import History, Observation, Play
from crisper.player import alone, contestants
from crisper.player.alone import TOGETHER, Alone
from crisper.player.plan import Entry
from crisper.scenario import Scenario
from crisper_backends.consul.contestants import consul
from crisper_backends.embedded.contestants import memory
from crisper_backends.redis.contestants import redis


class Named(str):
    """A server, known by its name."""

    __slots__ = ("profile", "started_in_ns")

    def __new__(cls, name, profile):
        made = super().__new__(cls, name)
        made.profile = profile
        made.started_in_ns = 5
        return made


class Servers:
    """Gives servers at once, but for one engine's worth of failures, and remembers what became of them."""

    def __init__(self, failing: int = 0) -> None:
        self.failing = failing
        self.profiles: list[str] = []
        self.stopped: list[object] = []

    def disposable(self, engine, *, profile):  # noqa: ARG002
        self.profiles.append(profile)
        future = Future()
        if len(self.profiles) <= self.failing:
            future.set_exception(ServerError("no image"))
        else:
            future.set_result(Named(f"server-{len(self.profiles)}", profile))
        return future

    def stop(self, server):
        self.stopped.append(server)


class Company:
    """Plays everything at once, and remembers in which order and how many were under way."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, object]] = []
        self.most = self.under_way = 0

    def begin(self, entry, where):
        self.begun.append((entry.scenario.id, where))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        future = Future()
        future.set_result(entry.scenario.id)
        return SimpleNamespace(future=future, late=False)

    def finish(self, pending):
        self.under_way -= 1
        return pending.future.result()


@pytest.fixture(autouse=True)
def _where(monkeypatch):
    monkeypatch.setattr(
        contestants, "breakable", lambda _, server, back_in_ns: f"address of {server}, back in {back_in_ns}"
    )


def entry(name: str, seconds: int, **more) -> Entry:
    about = {"sentence": "", "script": print, "layers": ("kv",), "checks": {}, "lane": "alone", "ops": 1}
    scenario = Scenario(id=name, seconds=seconds, **about, **more)
    return Entry(play=Play(scenario=name, layer="kv", contestant="c"), scenario=scenario, source="")


def played(entries, servers, company, slots=None, stopping=lambda: False):
    slots = slots or threading.BoundedSemaphore(8)
    return list(Alone(redis, company, servers, slots=slots, stopping=stopping).played(entries))


def test_the_longest_is_played_last_on_a_server_of_its_own():
    """Each playing begins on another server, durable where it says so, the longest last; each server is stopped."""
    servers, company = Servers(), Company()
    played([entry("long", 90, durable=True), entry("short", 10)], servers, company)

    assert [
        ("short", "address of server-1, back in 2000000005"),
        ("long", "address of server-2, back in 2000000005"),
    ] == company.begun
    assert ["volatile", "durable"] == servers.profiles
    assert ["server-1", "server-2"] == servers.stopped


class Mending(Company):
    """Leaves the server as it was found, unless the playing's name says that its script broke off."""

    def finish(self, pending):
        scenario = super().finish(pending)
        broken = "it was not mended" if scenario == "broken" else None
        play = Play(scenario=scenario, layer="kv", contestant="c")
        return History(play=play, started_ns=0, ended_ns=1, ops=[], observations=[], broken=broken)


@pytest.mark.parametrize(
    ("first", "second", "servers_of"),
    [
        (entry("short", 10), entry("long", 90), ["server-1", "server-1"]),
        (entry("short", 10, durable=True), entry("long", 90), ["server-1", "server-1"]),
        (entry("short", 10), entry("long", 90, durable=True), ["server-1", "server-2"]),
        (entry("short", 10, spoils=True), entry("long", 90), ["server-1", "server-2"]),
        (entry("broken", 10), entry("long", 90), ["server-1", "server-2"]),
    ],
    ids=["mended", "it keeps more", "it keeps nothing", "spoilt", "broken off"],
)
def test_a_mended_server_is_handed_on(first, second, servers_of):
    """The next playing gets the server of the one before, if it is as it was and of its kind; in the end all stop."""
    servers, company = Servers(), Mending()
    played([first, second], servers, company, slots=threading.BoundedSemaphore(1))

    assert servers_of == [where.removeprefix("address of ").partition(",")[0] for _, where in company.begun]
    assert sorted(set(servers_of)) == sorted(servers.stopped)


def test_what_is_played_later_gets_no_server_that_was_stopped():
    """A playing that comes again, after all others, gets a new server: the mended ones ended with the last of those."""
    servers, company = Servers(), Mending()
    stage = Alone(redis, company, servers, slots=threading.BoundedSemaphore(1), stopping=lambda: False)
    for _ in range(2):
        list(stage.played([entry("short", 10), entry("long", 90)]))

    assert ["server-1", "server-1", "server-2", "server-2"] == [
        where.removeprefix("address of ").partition(",")[0] for _, where in company.begun
    ]
    assert ["server-1", "server-2"] == servers.stopped


class Restarting(Mending):
    """Restarts the server twice, kills it and cuts it off; it is back after 7 ns, after 9, after 8, and after 1."""

    def finish(self, pending):
        what = [("restarted", 1, 2, 9), ("restarted", 11, 12, 21), ("down", 21, 22, 30), ("cut", 31, 32, 33)]
        data = [dict(zip(("what", "began_ns", "ended_ns", "recovered_ns"), each, strict=True)) for each in what]
        seen = [Observation(kind="fault", at_ns=1, data=each) for each in data]
        return replace(super().finish(pending), observations=seen)


def test_how_soon_a_server_was_back_is_handed_on_with_it():
    """The fastest restart counts; not how it started, beside all others, how it was started again, nor a cut."""
    company = Restarting()
    played([entry("short", 10), entry("long", 90)], Servers(), company, slots=threading.BoundedSemaphore(1))

    assert ["address of server-1, back in 2000000005", "address of server-1, back in 7"] == [
        where for _, where in company.begun
    ]


def test_a_server_that_cannot_be_had_fails_one_playing_only():
    """A server that does not start is our failure, of that playing; the next one is played."""
    (_, first), (_, second) = played([entry("a", 8), entry("b", 9)], Servers(failing=1), Company())

    assert ("error", "no image") == (first.word, first.because)
    assert "b" == second


def test_only_a_few_are_played_at_once():
    """No more than a few playings are under way, however many there are."""
    company = Company()
    played([entry(f"e{number}", 9) for number in range(12)], Servers(), company)

    assert 12 == len(company.begun)
    assert company.most <= TOGETHER


def test_slots_come_back():
    """Whoever takes slots of the Run gives them back, also where the Run is stopped or a playing raises."""
    slots = threading.BoundedSemaphore(2)
    played([entry(f"e{number}", 9) for number in range(5)], Servers(), Company(), slots)
    ended = iter([False, True])
    played([entry("a", 9)], Servers(), Company(), slots, stopping=lambda: next(ended))

    assert [True, True, False] == [slots.acquire(blocking=False) for _ in range(3)]


def test_without_slots_it_waits(monkeypatch):
    """A contestant that gets no slot begins nothing."""
    monkeypatch.setattr(alone, "_TURN_S", 0.01)
    ended = iter([False] * 3 + [True])
    servers = Servers()
    played([entry("a", 9)], servers, Company(), threading.Semaphore(0), stopping=lambda: next(ended))

    assert [] == servers.profiles


def test_what_has_no_server_of_its_own_is_not_broken():
    """An embedded contestant has no server, and somebody's own server is not ours to break."""
    yours = SimpleNamespace(yours=True, engine=None)
    scenario = entry("a", 9).scenario

    assert contestants.unbreakable(redis, scenario, destructive=False) is None
    assert "no server of its own" == contestants.unbreakable(memory, scenario, destructive=False).because
    assert "--allow-destructive" in contestants.unbreakable(yours, scenario, destructive=False).because
    assert "no container" in contestants.unbreakable(yours, scenario, destructive=True).because


def test_what_is_part_of_no_cluster_is_not_broken_like_one():
    """A contestant whose engine declares no such cluster is told apart before any server is started."""
    scenario = entry("a", 9, cluster="relayed").scenario

    assert contestants.unbreakable(consul, scenario, destructive=False) is None
    assert "relayed" in contestants.unbreakable(redis, scenario, destructive=False).because


def test_a_cluster_is_started_where_a_scenario_asks_for_one():
    """It is handed on like any other server, and to no playing that asks for another."""
    servers, company = Servers(), Company()
    played([entry("short", 10, cluster="relayed"), entry("long", 90)], servers, company)

    assert ["relayed", "volatile"] == servers.profiles
