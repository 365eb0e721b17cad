"""URLs, options, environment: whether a backend is where, and as, it was told."""

from __future__ import annotations

from functools import partial
from typing import Any

from crisper.celery.awaiting import Waiter
from crisper.celery.client import Client
from crisper.celery.groups import Groups
from crisper.celery.upkeep import Upkeep
from crisper.celery.urls import elsewhere, unchanged, with_option, with_password, without_port
from crisper.checks.settings import (
    clients_are_apart,
    complaint_is_made,
    default_port_is_tried,
    never_told,
    nothing_is_logged,
    prefixes_are_apart,
    scheme_is_known,
    served_alone,
    sockets_are_counted,
    switches_are_off,
)
from crisper.checks.sharing import every_process_reads, nobody_is_lost
from crisper.checks.together import both
from crisper.player import overhearing
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.settings import F8, H1, H2, H3, H4, H5, H6, H7, H8, H10, H12, H13


PASSWORD = "crisper-canary"  # noqa: S105 - the point is whether it is told
SECRET = "crisper-nightingale"  # noqa: S105 - the same


@scenario({H1: never_told(PASSWORD)}, layers=("result",))
def password_in_url(stage: Stage) -> None:
    """Put a password into the URL, and ask the backend for its URL."""
    client = stage.try_client(with_password, PASSWORD)
    if client is not None:
        client.uri()


credentials_are_used = served_alone(
    "the right password", "a wrong password", unheard="nobody has said how its server is made to ask for a password"
)
trust_is_kept = served_alone(
    "the authority that signed its certificate",
    "another authority",
    unheard="nobody has said how it is told to use TLS",
)

#: What is not trusted may be tried again and again.
PATIENCE_NS = 4 * SECOND

TEN_YEARS_NS = 3650 * 86_400 * SECOND


@scenario({H2: credentials_are_used}, layers=("result",), lane="alone", seconds=90, spoils=True)
def credentials(stage: Stage) -> None:
    """Have the server ask for a password; one client has the right one in its URL, another a wrong one."""
    password = stage.protect()
    if password is None:
        return
    for url in (password, partial(with_password, password=PASSWORD)):
        client = stage.client(url=url)
        task = stage.key()
        client.store(task, "secret", "SUCCESS")
        client.fetch(task)


@scenario({H3: trust_is_kept}, layers=("result",), seconds=60)
def tls(stage: Stage) -> None:
    """Speak TLS with the server by a client that knows who signed its certificate, and by one that knows others."""
    with stage.behind_tls() as clients:
        if not clients:
            return
        stage.observe("door")
        trusting = stage.reader(patience_ns=PATIENCE_NS, **clients[0])
        task = stage.key()
        trusting.store(task, "secret", "SUCCESS")
        trusting.fetch(task)
        stage.client(patience_ns=PATIENCE_NS, **clients[1]).fetch(task)


@scenario({H4: clients_are_apart}, layers=("result",))
def key_prefixes(stage: Stage) -> None:
    """Store one task id by two applications, one with a global_keyprefix; each reads, one forgets, each reads."""
    plain = stage.client()
    other = stage.client(**_prefix(stage, "other"))
    task = stage.key()
    for client in (plain, other):
        client.store(task, f"of {client.name}", "SUCCESS")
    for client in (plain, other):
        client.fetch(task)
    plain.forget(task)
    for client in (plain, other):
        client.fetch(task)


@scenario({H5: prefixes_are_apart}, layers=("kv",), lane="watch")
def two_prefixes(stage: Stage) -> None:
    """Two applications, one prefix the beginning of the other, store the same tasks and groups; one removes its own.

    It forgets a task, deletes a group, and cleans up, with a result_expires of a second where results go by that alone.
    Before and after that both read, one by one and in one call.
    """
    itself = bool(stage.client().backend.supports_autoexpire)
    place = None if itself else stage.elsewhere()
    if place is None and not itself:
        return
    here: dict[str, Any] = {"result_cache_max": -1} | ({"url": place} if place else {})
    removing = stage.client(**_prefix(stage, "app"), **here)
    keeping = stage.client(**_prefix(stage, "app_two"), **here)
    # At somebody's own place, whoever cleans up by age alone finds nothing that is so old.
    cleaning = stage.client(expires_ns=TEN_YEARS_NS if itself else SECOND, **_prefix(stage, "app"), **here)
    *tasks, group = names = stage.keys(3)
    for client in (removing, keeping):
        for task in tasks:
            client.store(task, f"{task} of {client.name}", "SUCCESS")
        Groups.of(client).save(group, [client.name])
    _read_all(removing, names)
    removing.forget(tasks[0])
    removing.fetch(tasks[0])
    Groups.of(removing).delete_group(group)
    stage.pause(0 if itself else 1.2 * SECOND)
    Upkeep.of(cleaning).cleanup()
    _read_all(keeping, names)


def _prefix(stage: Stage, name: str) -> dict[str, Any]:
    return {"result_backend_transport_options": {"global_keyprefix": f"{stage.namespace}-{name}"}}


def _read_all(client: Client, names: list[str]) -> None:
    *tasks, group = names
    for task in tasks:
        client.fetch(task)
    Waiter.of(client).get_many(tasks, interval=0.05, max_iterations=1)
    Groups.of(client).restore(group)


@scenario({H6: every_process_reads}, layers=("result",), seconds=60)
def environment(stage: Stage) -> None:
    """A process whose environment holds addresses of nobody, as proxies and otherwise, reads a value stored outside.

    Where results are not shared, it stores the value itself.
    """
    shared = "shared" in stage.claims
    if shared:
        stage.client().write(f"{stage.namespace}-shared", b"for all")
    stage.aside(_read if shared else _write_and_read, within_s=30, **stage.redirects)


def _read(stage: Stage) -> None:
    stage.client().read(f"{stage.namespace.rpartition('-')[0]}-shared")


def _write_and_read(stage: Stage) -> None:
    client, key = stage.reader(), stage.key()
    client.write(key, b"for myself")
    client.read(key)


@scenario({H7: default_port_is_tried}, layers=("result",), seconds=60)
def url_without_port(stage: Stage) -> None:
    """Leave the port out of the URL, read, and note where the backend connects to."""
    stage.aside(_portless, within_s=30)


def _portless(stage: Stage) -> None:
    overhearing.connections(stage)
    client = stage.try_client(without_port)
    if client is not None:
        client.fetch(stage.key())


@scenario({H8: complaint_is_made}, layers=("result",), seconds=60)
def unknown_option(stage: Stage) -> None:
    """Add an option to the URL that nobody knows, and read."""
    stage.aside(_unknown, within_s=30)


def _unknown(stage: Stage) -> None:
    overhearing.complaints(stage)
    client = stage.try_client(with_option, "no_such_option", "1")
    if client is not None:
        client.fetch(stage.key())


@scenario({H10: scheme_is_known}, layers=("result",))
def scheme_of_url(stage: Stage) -> None:
    """Have Celery find the backend by its URL."""
    stage.observe("scheme", name=stage.scheme, of_a_class=":" in stage.scheme or "." in stage.scheme)
    stage.try_client(unchanged)


@scenario({H12: both(nothing_is_logged, nobody_is_lost)}, layers=("result",), seconds=60)
def in_confidence(stage: Stage) -> None:
    """Store and read a secret, as a value and as an error; store what cannot be encoded; store where nobody listens.

    The last with a password in the URL; every log record of level INFO or above is read.
    """
    stage.aside(_confide, within_s=30)


def _confide(stage: Stage) -> None:
    overhearing.leaks(stage, value=SECRET, password=PASSWORD)
    client = stage.reader()
    for result, state in ((SECRET, "SUCCESS"), (ValueError(SECRET), "FAILURE"), ({SECRET: object()}, "SUCCESS")):
        task = stage.key()
        client.store(task, result, state)
        client.fetch(task)
    stranger = stage.client(url=lambda url: with_password(elsewhere(url), PASSWORD), patience_ns=SECOND)
    stranger.store(stage.key(), SECRET, "SUCCESS")


@scenario({F8: sockets_are_counted}, layers=("result",), seconds=60)
def sockets(stage: Stage) -> None:
    """Store and fetch fifty results by one client, and note what it connects to."""
    stage.aside(_connect, within_s=30)


def _connect(stage: Stage) -> None:
    overhearing.connections(stage)
    client = stage.reader()
    for task in stage.keys(50):
        client.store(task, "value", "SUCCESS")
        client.fetch(task)


@scenario({H13: switches_are_off}, layers=("result",))
def boolean_options(stage: Stage) -> None:
    """Set each boolean option of the URL to 0 and to false, and look at the backend."""
    for option in stage.options:
        for value in ("0", "false"):
            client = stage.try_client(with_option, option, value)
            if client is not None:
                stage.switch(client, option)
