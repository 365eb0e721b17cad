"""How fast one client sets and gets, against Celery's own backend and against the bare requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import urllib3

from crisper.celery.client import connect
from crisper.servers.parallel import Servers
from crisper.servers.server import Server
from crisper_backends.consul.contestants import consul, consul_celery
from crisper_backends.consul.engine import ENGINE
from figures.blocks import Call, Ratio, ratio
from figures.row import Row


HOUR_NS = 3_600_000_000_000
VALUE = b"x" * 256
MANY = 1000


def sets(servers: Servers) -> Iterator[Row]:
    """One client sets new keys and gets one that is there."""
    ours, theirs = _both(servers.future(ENGINE).result())
    setting = ratio(_setting(ours), _setting(theirs))
    yield _at_least("set, times as fast as consul-celery's", 3, setting)
    for each in (ours, theirs):
        each.set("there", VALUE)
        assert VALUE == each.get("there")
    getting = ratio(lambda _: ours.get("there"), lambda _: theirs.get("there"))
    yield _at_least("get, times as fast as consul-celery's", 2.5, getting)


def mget(servers: Servers) -> Iterator[Row]:
    """One client gets many keys at once, all of which are there."""
    ours, theirs = _both(servers.future(ENGINE).result())
    keys = [f"many-{number}" for number in range(MANY)]
    for key in keys:
        ours.set(key, VALUE)
        theirs.set(key, VALUE)
    for size, rounds in ((64, 16), (MANY, 8)):
        assert [VALUE] * size == ours.mget(keys[:size]) == list(theirs.mget(keys[:size]))
        getting = ratio(_reading(ours, keys[:size]), _reading(theirs, keys[:size]), rounds=rounds)
        yield _at_least(f"mget({size}), times as fast as consul-celery's", 30, getting)


def bare(servers: Servers) -> Iterator[Row]:
    """The requests that the backend makes, beside the same ones sent ready-made by urllib3 alone, answers unread."""
    server = servers.future(ENGINE).result()
    ours, _ = _both(server)
    pool = urllib3.HTTPConnectionPool(server.host, server.port)
    key = "bare-0"
    ours.set(key, VALUE)
    (method, path, body), (get_method, get_path, _) = _requests(ours, key)

    def put(number: int) -> None:
        pool.urlopen(method, path, body=body.replace(key, f"loop-{number}"), retries=False)

    setting = ratio(lambda number: ours.set(f"bare-{number}", VALUE), put)
    yield _at_least("set, share of a bare urllib3 loop's rate", 0.75, setting)
    getting = ratio(lambda _: ours.get(key), lambda _: pool.urlopen(get_method, get_path, retries=False))
    yield _at_least("get, share of a bare urllib3 loop's rate", 0.75, getting)


def _both(server: Server) -> tuple[Any, Any]:
    at = {"host": server.host, "port": server.port}
    ours, theirs = (connect(each.url.format(**at), expires_ns=HOUR_NS) for each in (consul, consul_celery))
    return ours, theirs


def _setting(backend: Any) -> Call:
    return lambda number: backend.set(f"set-{number}", VALUE)


def _reading(backend: Any, keys: list[str]) -> Call:
    return lambda _: list(backend.mget(keys))


def _requests(backend: Any, key: str) -> list[tuple[str, str, Any]]:
    """Return method, path and body of what a set and a get of this key ask for."""
    link, asked = backend.store.link, []
    send = link.send

    def noted(method: str, path: str, body: Any, *more: Any) -> Any:
        asked.append((method, path, body))
        return send(method, path, body, *more)

    link.send = noted
    try:
        backend.set(key, VALUE)
        backend.get(key)
    finally:
        del link.send
    return asked


def _at_least(figure: str, wanted: float, measured: Ratio) -> Row:
    return Row(figure=figure, wanted=f">= {wanted:g}", measured=str(measured), kept=measured.median >= wanted)
