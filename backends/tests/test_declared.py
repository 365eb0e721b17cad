from __future__ import annotations

import importlib.metadata

import pytest

from crisper import registry
from crisper.clauses import CAPABILITIES
from crisper.deviations import known
from crisper.scenario import Scenario


# What a driver warns of is its own affair, as it is while a contestant plays.
pytestmark = pytest.mark.filterwarnings("ignore")

NAMES = ["consul-celery", "filesystem", "memory", "redis", "rpc", "sqlite"]
SERVERS = [name for name in NAMES if registry.backend(name).engine]
NEEDS_AN_ENGINE = pytest.mark.integration

#: What each counts when two values were written under its namespace; nobody can look into rpc's reply queues.
HELD = {
    "consul-celery": {"entries": 2, "sessions": 2},
    "filesystem": {"entries": 2},
    "memory": {"entries": 2},
    "redis": {"entries": 2, "channels": 0},
    "sqlite": {"entries": 2},
}

everybody = pytest.mark.parametrize("name", NAMES)
with_servers = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=NEEDS_AN_ENGINE if name in SERVERS else ()) for name in HELD]
)


@everybody
def test_a_declaration_is_found_by_its_own_name(name):
    """The name in the package's metadata is the name that reports show."""
    assert name == registry.backend(name).name


@everybody
def test_claims_are_capabilities(name):
    """Nothing is claimed that no clause could ask for."""
    assert set() == registry.backend(name).claims - CAPABILITIES


@everybody
def test_the_client_is_a_distribution(name):
    """The library whose version is shown is one that is installed."""
    assert importlib.metadata.version(registry.backend(name).client)


@everybody
def test_deviations_name_what_is_played(name):
    """A known deviation belongs to a declared backend, scenario and clause: else it would excuse nothing, unnoticed."""
    scenarios = registry.scenarios()
    for each in known(registry.backend(name).deviations, name):
        scenario = scenarios[each.scenario]

        assert isinstance(scenario, Scenario)
        assert each.clause in {clause.id for clause in scenario.checks}


def test_no_deviation_belongs_to_nobody():
    """Every table in a file of deviations names a backend that is declared with that file."""
    files = {registry.backend(name).deviations for name in NAMES} - {None}
    mine = [(file, name) for file in files for name in NAMES if registry.backend(name).deviations == file]

    assert sum(file.read_text().count("[[deviation]]\n") for file in files if file.exists()) == sum(
        len(known(file, name)) for file, name in mine
    )


@with_servers
def test_peek_counts_what_is_there(name, contestant):
    """Behind Celery's back a namespace is empty before the first write, and full of just its own afterwards."""
    declared, url, connection = contestant(name)
    before = declared.peek(url, "peeked")
    for task in ("peeked-1", "peeked-2", "another"):
        connection.store_result(task, 42, "SUCCESS")

    assert (dict.fromkeys(HELD[name], 0), HELD[name]) == (dict(before), dict(declared.peek(url, "peeked")))


@with_servers
def test_peek_sees_what_is_removed(name, contestant):
    """What is forgotten is no longer counted as a value."""
    declared, url, connection = contestant(name)
    connection.store_result("forgotten-1", 42, "SUCCESS")
    before = declared.peek(url, "forgotten")
    connection.forget("forgotten-1")

    assert (1, 0) == (before["entries"], declared.peek(url, "forgotten")["entries"])


@with_servers
def test_what_is_put_there_at_once_is_read(name, contestant):
    """Where keys can be put there behind Celery's back, each is read as if it had been written."""
    declared, url, connection = contestant(name)
    if declared.fill is None:
        pytest.skip("nobody knows how")

    assert 1001 == declared.fill(url, "filled", 1001) == declared.peek(url, "filled")["entries"]
    assert [b"lives on"] * 2 == connection.mget(["filled-0", "filled-1000"])


@with_servers
def test_release_may_come_twice(name, contestant):
    """Giving everything back is harmless when it was given back before, or never used."""
    declared, _, connection = contestant(name)
    declared.release(connection)
    declared.release(connection)
    connection.store_result("released", 42, "SUCCESS")

    assert "SUCCESS" == connection.get_task_meta("released")["status"]


@pytest.mark.integration
def test_a_released_connection_is_closed(contestant):
    """After release the server has one client fewer than before."""
    import redis

    declared, url, connection = contestant("redis")
    connection.store_result("counted", 42, "SUCCESS")
    with redis.Redis.from_url(url) as observer:
        before = len(observer.client_list())
        declared.release(connection)

        assert before - 1 == len(observer.client_list())
