import json
import logging
import threading
import time
from uuid import uuid4

import pytest
import urllib3
from celery.exceptions import BackendGetMetaError, BackendStoreError

from crisper_backends.consul.errors import RefusedError, UnavailableError


pytestmark = pytest.mark.integration

DURABLE = ("-server", "-bootstrap-expect=1", "-data-dir=/data", "-bind=127.0.0.1")
MASTER = str(uuid4())
DENYING = json.dumps({"acl": {"enabled": True, "default_policy": "deny", "tokens": {"master": MASTER}}})


@pytest.fixture
def acl(start, until):
    """Start a server that denies by default; return it and a way to make tokens of given rules."""
    server = start("-dev", config=DENYING)
    pool = urllib3.PoolManager(retries=False)

    def put(path, body):
        answer = pool.request(
            "PUT", f"http://127.0.0.1:{server.port}{path}", json=body, headers={"X-Consul-Token": MASTER}
        )
        return json.loads(answer.data) if answer.status == 200 else {}

    def token(rules):
        name = f"p{uuid4().hex}"
        until(lambda: put("/v1/acl/policy", {"Name": name, "Rules": rules}))
        return put("/v1/acl/token", {"Policies": [{"Name": name}]})["SecretID"]

    def allowed():
        try:
            return server.ready()
        except RefusedError:
            return True

    until(allowed)
    return server, token


def rules(prefix, *, node=True):
    """Return the rules that docs/consul.md asks for, with or without the external node."""
    nodes = 'node "celery-results" { policy = "write" }' if node else ""
    return f'key_prefix "{prefix}/" {{ policy = "write" }} session_prefix "" {{ policy = "write" }} {nodes}'


def test_a_token_of_the_documented_rules(acl, made, caplog):
    """With the documented rules everything works, sessions are bound to no agent, and no log shows token or value."""
    server, token = acl
    secret = token(rules("mine"))
    caplog.set_level(logging.DEBUG)
    backend = made(f"consulkv://:{secret}@127.0.0.1:{server.port}/mine")
    backend.store_result("t", "a-secret-value", "SUCCESS")

    assert "a-secret-value" == backend.get_result("t")
    assert ["celery-results"] == [session["Node"] for session in backend.client().session.list()[1]]
    assert secret not in caplog.text
    assert "a-secret-value" not in caplog.text
    assert secret not in backend.as_uri()
    assert secret not in repr(backend.address)


def test_without_the_external_node(acl, made, caplog):
    """Where the ACL refuses the node, sessions fall back to the agent's, with a warning."""
    server, token = acl
    agent = 'node_prefix "" { policy = "read" }'
    backend = made(f"consulkv://:{token(rules('mine', node=False) + agent)}@127.0.0.1:{server.port}/mine")
    backend.set("k", b"v")

    assert b"v" == backend.get("k")
    assert 1 == sum("node:write" in message for message in caplog.messages)


@pytest.mark.parametrize("value", [b"small", bytes(500_000)])
def test_a_denied_store_raises_at_once(acl, made, value):
    """What the ACL forbids raises, is not retried, and nothing is half-written."""
    server, token = acl
    backend = made(
        f"consulkv://:{token(rules('mine'))}@127.0.0.1:{server.port}/other", result_backend_always_retry=True
    )
    started = time.monotonic()
    for call in (
        lambda: backend.set("k", value),
        lambda: backend.store_result("t", 1, "SUCCESS"),
        lambda: backend.delete("k"),
        lambda: backend.incr("k"),
    ):
        with pytest.raises(RefusedError) as raised:
            call()
        assert not backend.exception_safe_to_retry(raised.value)

    assert time.monotonic() - started < 3


def test_a_denied_read_is_no_missing_key(acl, made):
    """A key that may not be read raises, by get and by mget: it is not reported missing."""
    server, token = acl
    backend = made(f"consulkv://:{token(rules('mine'))}@127.0.0.1:{server.port}/other")
    with pytest.raises(RefusedError, match="403"):
        backend.get("k")
    with pytest.raises(RefusedError, match="403"):
        backend.mget(["k", "j"])


def test_a_key_hidden_among_others(acl, made):
    """One key that may not be read, among others that may, makes mget raise: it is not reported missing."""
    server, token = acl
    writer = made(f"consulkv://:{token(rules('mine'))}@127.0.0.1:{server.port}/mine")
    for key in ("a", "b"):
        writer.set(key, b"v")
    half = 'key_prefix "mine/a" { policy = "read" }'
    reader = made(f"consulkv://:{token(half)}@127.0.0.1:{server.port}/mine")

    assert [b"v", b"v"] == reader.mget(["a", "a"])
    with pytest.raises(RefusedError, match="403"):
        reader.mget(["a", "b"])


def test_a_token_file_may_change(acl, made, tmp_path):
    """A token that is rotated in its file is used as soon as the old one is refused."""
    server, token = acl
    file = tmp_path / "token"
    file.write_text(token(rules("other")))
    backend = made(f"consulkv://127.0.0.1:{server.port}/mine?token_file={file}")
    with pytest.raises(RefusedError):
        backend.get("k")
    file.write_text(f"{token(rules('mine'))}\n")
    backend.set("k", b"v")

    assert b"v" == backend.get("k")


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
