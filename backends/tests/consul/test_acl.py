import json
import logging
import time
from uuid import uuid4

import pytest
import urllib3

from crisper_backends.consul.errors import RefusedError


pytestmark = pytest.mark.integration

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
