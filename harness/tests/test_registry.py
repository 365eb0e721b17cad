from __future__ import annotations

import socket

import pytest

from crisper import registry
from crisper.celery.urls import claims_of
from crisper.errors import UsageError
from crisper.secrecy import redacted


SECRETS = ("s3cret", "hidden")


@pytest.fixture
def refused():
    """Return a function that asks for a backend and returns why it cannot be had."""

    def ask(option):
        with pytest.raises(UsageError) as caught:
            registry.backend(option)
        return str(caught.value)

    return ask


@pytest.fixture
def free_port():
    """Return a port of 127.0.0.1 at which nobody listens."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        yield unheard.getsockname()[1]


@pytest.fixture
def listener():
    """Return a port of 127.0.0.1 at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_declared_backends_are_found_by_name():
    """A declared name gives its declaration."""
    assert ("memory", False) == ((found := registry.backend("memory")).name, found.yours)


def test_an_unknown_name_lists_the_known_ones(refused):
    """Whoever mistypes a name is shown all names, on one line."""
    said = refused("reddis")

    assert said.startswith("--backend reddis: no such backend (known: ")
    assert ([], 1) == ([name for name in registry.backend_names() if name not in said], len(said.splitlines()))


@pytest.mark.parametrize(
    ("option", "name", "url"),
    [
        ("mine=cache+memory://", "mine", "cache+memory://"),
        ("cache+memory://", "cache-url", "cache+memory://"),
        (
            "celery.backends.cache:CacheBackend+memory://",
            "CacheBackend-url",
            "celery.backends.cache:CacheBackend+memory://",
        ),
        ("a-b=file:///tmp?x=1", "a-b", "file:///tmp?x=1"),
    ],
)
def test_a_url_is_a_contestant(option, name, url):
    """A URL takes part under its label, or else under its scheme's; it is somebody's own."""
    found = registry.backend(option)

    assert (name, url, True) == (found.name, found.url, found.yours)


def test_claims_are_seeded_from_celerys_flags():
    """What a class says of itself is claimed, to be tested afterwards."""
    from celery.backends.base import KeyValueStoreBackend
    from celery.backends.cache import CacheBackend
    from celery.backends.database import DatabaseBackend

    assert {"kv", "shared", "incr", "expire", "autoexpire", "groups", "chords"} == claims_of(CacheBackend)
    assert {"shared", "groups", "chords"} == claims_of(DatabaseBackend)
    assert {"kv", "shared", "groups", "chords"} == claims_of(KeyValueStoreBackend)


@pytest.mark.parametrize(
    ("option", "scheme"),
    [
        ("nonsense://host/0", "nonsense"),
        ("mine=nonsense://host/0", "nonsense"),
        ("no.such.module:Class+redis://host/0", "no.such.module:Class+redis"),
        ("celery.backends.cache:NoSuchClass+memory://", "celery.backends.cache:NoSuchClass+memory"),
    ],
)
def test_an_unknown_scheme_is_one_clear_line(refused, option, scheme):
    """A scheme, module or class that Celery does not know is named, with what Celery says."""
    said = refused(option)

    assert f"--backend {option}: Celery has no result backend for the scheme {scheme!r} (it says: " in said
    assert 1 == len(said.splitlines())


def test_a_port_where_nobody_listens_is_one_clear_line(refused, free_port):
    """Before anything is played it is known whether somebody listens."""
    said = refused(f"redis://127.0.0.1:{free_port}/0")

    assert f"nobody listens at 127.0.0.1:{free_port} (Connection refused)" in said
    assert 1 == len(said.splitlines())


def test_a_port_where_somebody_listens_is_let_through(listener):
    """Whoever listens may take part; what it is, the first call shows."""
    assert "redis-url" == registry.backend(f"redis://127.0.0.1:{listener}/0").name


def test_a_host_that_nobody_knows_is_one_clear_line(refused):
    """A name that does not resolve is told as such."""
    assert "nobody listens at no-such-host.invalid:1 (" in refused("redis://no-such-host.invalid:1/0")


def test_a_port_that_is_no_number_is_one_clear_line(refused):
    """What stands where the port should is refused, with a hint."""
    assert "the port is what follows the host's last colon" in refused("redis://host:port/0")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://user:s3cret@host:1/0", "redis://user:***@host:1/0"),
        ("redis://:s3cret@host/0", "redis://:***@host/0"),
        ("redis://s3cret@host/0", "redis://***@host/0"),
        ("redis://host/0?password=s3cret&x=hidden", "redis://host/0?password=***&x=***"),
        ("label=redis://:s3cret@host/0", "label=redis://:***@host/0"),
        ("pkg.mod:Class+redis://:s3cret@host/0", "pkg.mod:Class+redis://:***@host/0"),
        ("redis://:s3c%2Fret@host/0", "redis://:***@host/0"),
        ("redis://:s3c@ret@host/0", "redis://:***@host/0"),
        ("db+sqlite:////tmp/x", "db+sqlite:////tmp/x"),
        ("memory", "memory"),
    ],
)
def test_a_redacted_url_shows_no_secret(url, shown):
    """No password and no value of a query is ever shown; all the rest is."""
    assert shown == redacted(url)


@pytest.mark.parametrize(
    "url",
    [
        "sentinel://:s3cret@one:1;sentinel://:s3cret@two:2",
        "redis://:s3cret/more@host/0",
        "redis://:s3cret?more@host/0",
        "redis://:s3cret#more@host/0",
    ],
)
def test_a_secret_is_not_shown_however_it_is_written(url):
    """Several servers in one URL, or a password that should have been quoted: nothing of it is shown."""
    assert [] == [word for word in SECRETS if word in redacted(url)]


@pytest.mark.parametrize("url", ["nonsense://:s3cret@host/0?x=hidden", "redis://:s3cret@127.0.0.1:{port}/0?x=hidden"])
def test_no_refusal_shows_a_secret(refused, free_port, url):
    """Whatever is wrong with a URL, what is said of it is redacted."""
    said = refused(url.format(port=free_port))

    assert [] == [word for word in SECRETS if word in said]


def test_no_refusal_quotes_a_password_as_a_port(refused):
    """A password that is mistaken for a port is not shown by the error about the port."""
    assert "s3cret" not in refused("redis://:s3cret/more@host:port/0")


def test_an_empty_label_is_refused(refused):
    """A contestant has a name."""
    assert "label" in refused("=cache+memory://")


def test_every_declared_scenario_is_found():
    """The declared packages' scenarios are found by id, and again by id and file."""
    (folder,) = registry.scenario_folders()
    scenario = registry.scenarios()["overwritten_key"]

    assert scenario is registry.found("overwritten_key", str(folder / "overwriting.py"))


def test_a_scenario_that_is_gone_is_named(tmp_path):
    """A file that no longer declares what is asked of it is told."""
    file = tmp_path / "scenario_none.py"
    file.write_text("")
    with pytest.raises(UsageError, match=r"scenario_none.py declares no scenario 'kept'"):
        registry.found("kept", str(file))


@pytest.mark.parametrize(
    ("url", "expected"),
    [("pkg.mod:Class+redis://:s3cret@host/0", True), ("redis://host:1/0", False), ("db+postgresql://h/x", False)],
)
def test_a_class_of_ones_own_is_told_from_a_scheme(url, expected):
    """By what stands before the first plus sign."""
    assert expected == registry.names_a_class(url)
