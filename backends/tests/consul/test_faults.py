import json
import threading
import time

import pytest
from celery.exceptions import BackendGetMetaError, BackendStoreError

from crisper_backends.consul.errors import UnavailableError


pytestmark = pytest.mark.integration

DURABLE = ("-server", "-bootstrap-expect=1", "-data-dir=/data", "-bind=127.0.0.1")


def test_restart(start, made, until, docker):
    """After a restart of a durable server everything acknowledged is there, and the same object goes on at once."""
    server = start(*DURABLE)
    until(server.ready)
    backend = made(server.url(), expires=3600)
    for number in range(20):
        backend.set(f"k{number}", number)
    docker("restart", "-t", "5", server.name)
    until(server.ready)
    backend.set("after", b"v")

    assert [str(n).encode() for n in range(20)] == backend.mget(f"k{n}" for n in range(20))
    assert b"v" == backend.get("after")


def test_restart_that_forgets(start, made, until, docker):
    """After a restart that lost everything, the sessions among it, the same object stores again."""
    server = start("-dev")
    until(server.ready)
    backend = made(server.url())
    backend.set("k", b"v")
    docker("restart", "-t", "5", server.name)
    until(server.ready)

    assert backend.get("k") is None

    backend.set("k", b"w")
    backend.set("large", bytes(500_000))

    assert b"w" == backend.get("k")


def test_expiry_across_a_restart(start, made, until, docker, gone_after):
    """A restart neither revives what expired nor shortens or lengthens a life."""
    server = start(*DURABLE)
    until(server.ready)
    backend = made(server.url(), expires=20)
    backend.set("short", b"v")
    backend.expire("short", 1)
    backend.set("k", b"v")
    written = time.monotonic()
    docker("restart", "-t", "5", server.name)
    until(server.ready)

    assert backend.get("short") is None
    assert b"v" == backend.get("k")

    gone_after(backend, "k", 30)

    assert 19.9 <= time.monotonic() - written <= 21


def test_a_server_that_is_down(start, made, until, docker):
    """Every call to a stopped server raises something retryable within the timeout and a half."""
    server = start("-dev")
    until(server.ready)
    backend = made(server.url("?timeout=1"))
    backend.set("k", b"v")
    docker("stop", "-t", "5", server.name)
    assert_bounded(backend, 1.5)


def test_a_frozen_server(start, made, until, docker):
    """Every call to a frozen server raises something retryable soon after the timeout, and works once it thaws."""
    server = start("-dev")
    until(server.ready)
    backend = made(server.url("?timeout=1"))
    backend.set("k", b"v")
    docker("pause", server.name)
    try:
        assert_bounded(backend, 1.5)
    finally:
        docker("unpause", server.name)

    backend.set("k", b"w")

    assert b"w" == backend.get("k")


def assert_bounded(backend, within_s):
    """Every kind of call raises UnavailableError in time."""
    for call in (
        lambda: backend.get("k"),
        lambda: backend.mget(["k"]),
        lambda: backend.set("k", b"w"),
        lambda: backend.delete("k"),
        lambda: backend.incr("n"),
        lambda: backend.expire("k", 5),
        lambda: backend.store_result("t", 1, "SUCCESS"),
        lambda: backend.wait_for("t", timeout=20),
    ):
        started = time.monotonic()
        with pytest.raises(UnavailableError) as raised:
            call()

        assert time.monotonic() - started <= within_s
        assert backend.exception_safe_to_retry(raised.value)


def test_celerys_retries(start, made, until, docker):
    """With result_backend_always_retry Celery's own retries see a store through an outage, or end as configured."""
    server = start(*DURABLE)
    until(server.ready)
    conf = {"result_backend_always_retry": True, "result_backend_max_sleep_between_retries_ms": 100}
    patient = made(server.url("?timeout=0.3"), **conf)
    bounded = made(server.url("?timeout=0.3"), result_backend_max_retries=2, **conf)
    docker("stop", "-t", "5", server.name)
    with pytest.raises(BackendStoreError):
        bounded.store_result("t", 1, "SUCCESS")
    with pytest.raises(BackendGetMetaError):
        bounded.get_state("t")
    storing = threading.Thread(target=patient.store_result, args=("t", 1, "SUCCESS"))
    storing.start()
    docker("start", server.name)
    storing.join(40)

    assert 1 == patient.get_result("t")


def test_a_connection_limit(start, made, until):
    """Where the server takes only 20 connections, 40 threads get every answer, and right."""
    server = start("-dev", config=json.dumps({"limits": {"http_max_conns_per_client": 20}}))
    until(server.ready)
    backend, failures = made(server.url()), []

    def work(who):
        try:
            for turn in range(30):
                backend.set(f"{who}", f"{turn}")
                if backend.get(f"{who}") != f"{turn}".encode():
                    failures.append(who)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures


def test_clients_over_a_connection_limit(start, made, until):
    """Where several clients together exceed the limit, calls wait for a connection instead of failing."""
    server = start("-dev", config=json.dumps({"limits": {"http_max_conns_per_client": 10}}))
    until(server.ready)
    url, failures = server.url("?timeout=20"), []

    def work(who):
        try:
            mine = made(url)
            for turn in range(10):
                mine.set(f"{who}", f"{turn}")
            mine.store.link._pool.close()
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures
