import os
import random

import pytest
from celery.exceptions import BackendStoreError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crisper_backends.consul.backend import ConsulBackend


pytestmark = pytest.mark.integration

ODD = [
    *"?#%&=+;:\\/. ", "..", "../x", "./x", "a/../b", "a//b", "/a", "a/", "a b", "a%2Fb", "a/b", "é", "é" * 300,
    "a\nb", "a\0b", "", "=2F",
]  # fmt: skip


def test_a_missing_key_is_none_and_stays_missing(backend):
    """Reading what was never written gives None and writes nothing."""
    kv = backend.client().kv

    assert backend.get("never") is None
    assert [None, None] == backend.mget(["never", "too"])
    assert kv.get(f"{backend.path}/", keys=True)[1] is None


@given(st.binary(max_size=70_000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_come_back(backend, value):
    """Any bytes are read as they were written, the empty ones too."""
    backend.set("k", value)

    assert value == backend.get("k")


def test_text_and_numbers(backend):
    """Text is stored as UTF-8, a number as its digits, and str and bytes keys are one."""
    backend.set("t", "hé☃😀")
    backend.set(b"n", 5)

    assert "hé☃😀".encode() == backend.get(b"t")
    assert b"5" == backend.get("n")


@pytest.mark.parametrize("value", [None, 1.5, True, ["a"]])
def test_other_types_are_refused(backend, value):
    """What is neither bytes, str nor int is a TypeError, never stored as something else."""
    with pytest.raises(TypeError):
        backend.set("k", value)

    assert backend.get("k") is None


@pytest.mark.parametrize("size", [379_999, 380_001, 393_217, 524_288])
def test_large_values(backend, size):
    """Up to Consul's limit values are stored, overwritten and read, singly and in batches; deleting leaves nothing."""
    small, large, larger = b"s", os.urandom(size), os.urandom(size)
    for value in (small, large, larger, small, larger):
        backend.set("k", value)

        assert value == backend.get("k")
        assert [value, None] == backend.mget(["k", "j"])

    backend.delete("k")

    assert backend.client().kv.get(f"{backend.path}/", keys=True)[1] is None


def test_overwriting_a_large_value_leaves_one(backend):
    """Each overwritten large value is removed, with and without expiry."""
    for expires in (60, None):
        for _ in range(3):
            backend.set("k", os.urandom(500_000))
            backend.expire("k", expires)

        assert 2 == len(backend.client().kv.get(f"{backend.path}/", keys=True)[1])


def test_too_large(backend):
    """One byte above the limit is a BackendStoreError at once, and what was there stays."""
    backend.set("k", b"before")
    with pytest.raises(BackendStoreError, match="524289") as raised:
        backend.set("k", bytes(524_289))

    assert not backend.exception_safe_to_retry(raised.value)
    assert b"before" == backend.get("k")


def test_delete(backend):
    """What was deleted is missing; deleting it again, or what never was, raises nothing; writing it again works."""
    backend.set("k", b"v")
    backend.delete("k")
    backend.delete("k")

    assert backend.get("k") is None

    backend.set("k", b"w")

    assert b"w" == backend.get("k")


def test_mget_of_many(backend):
    """Order, length, duplicates and absences are kept in any number of keys, from any iterable."""
    for number in range(150):
        backend.set(f"k{number}", str(number))
    for size in (0, 1, 63, 64, 65, 127, 128, 129, 1000):
        wanted = random.choices(range(160), k=size)

        assert [str(n).encode() if n < 150 else None for n in wanted] == backend.mget(f"k{n}" for n in wanted)


def test_odd_keys(backend):
    """Keys of any characters stay distinct, are read back, and never leave the prefix."""
    before = set(backend.client().kv.get("", keys=True)[1] or ())
    for number, key in enumerate(ODD):
        backend.set(key, number)

    assert [str(n).encode() for n in range(len(ODD))] == backend.mget(ODD) == [backend.get(key) for key in ODD]

    written = {k for k in set(backend.client().kv.get("", keys=True)[1]) - before if k.startswith(f"{backend.path}/")}

    assert len(ODD) == len(written)


def test_neighbouring_prefixes_never_meet(shared, made):
    """What one prefix deletes and lists is never another's, be it the beginning of the other's."""
    outer = made(shared.url())
    inner = made(f"{outer.url}/inner")
    outer.set("inner/k", b"outer")
    inner.set("k", b"inner")
    outer.delete("inner/k")
    outer.delete("inner")
    outer.cleanup()

    assert b"inner" == inner.get("k")


def test_incr(backend):
    """A counter starts at 1, is read as text, and can be set."""
    assert [1, 2, 3] == [backend.incr("n") for _ in range(3)]
    assert b"3" == backend.get("n")

    backend.set("n", 10)

    assert 11 == backend.incr("n")


def test_two_clients_alternate(url, made):
    """The last write is what everybody reads next."""
    clients = [made(url) for _ in range(4)]
    for turn in range(100):
        clients[turn % 4].set("k", turn)

        assert {str(turn).encode()} == {client.get("k") for client in clients}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_celerys_own_backend_reads_what_this_one_wrote(backend):
    """Moving from consul:// and back loses no result that is there."""
    from celery.backends.consul import ConsulBackend as Celerys

    theirs = Celerys(app=backend.app, url=str(backend.url).replace("consulkv", "consul"))
    backend.store_result("a", 1, "SUCCESS")
    theirs.store_result("b", 2, "SUCCESS")

    assert 1 == theirs.get_result("a")
    assert 2 == backend.get_result("b")


def test_the_client_is_python_consuls(backend, monkeypatch):
    """`client()` reads, writes, locks and lists through this backend's connections, whatever the environment says."""
    monkeypatch.setenv("CONSUL_HTTP_ADDR", "203.0.113.1:1")
    monkeypatch.setenv("CONSUL_HTTP_TOKEN", "not-a-token")
    client = backend.client()
    session = client.session.create(ttl=10, behavior="delete")
    client.kv.put(f"{backend.path}/x", "1", acquire=session)

    assert b"1" == client.kv.get(f"{backend.path}/x")[1]["Value"]
    assert isinstance(client, ConsulBackend.consul.Consul)
    assert client.session.destroy(session)
    assert client.kv.get(f"{backend.path}/x")[1] is None


def test_a_part_counts_once(backend):
    """A chord's part that is delivered again gets its first count again, after expire too; deleting leaves none."""
    counts = [backend.store.count("n", 10**11, part) for part in ("a", "b", "a")]
    backend.expire("n", 50)
    counts += [backend.store.count("n", 10**11, part) for part in ("b", "c", "a")]

    assert [1, 2, 1, 2, 3, 1] == counts

    backend.delete("n")

    assert backend.client().kv.get(f"{backend.path}/", keys=True)[1] is None


def test_mget_among_longer_names(backend):
    """Keys that begin alike, as numbered ids do, are told apart, however many there are."""
    names = ["k", *(f"k{n}" for n in range(1200))]
    for name in names:
        backend.set(name, name)

    assert [name.encode() for name in names] == backend.mget(names)
