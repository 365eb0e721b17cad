import os
import threading
import time
from datetime import timedelta

import pytest
from celery.exceptions import ImproperlyConfigured

from crisper_backends.consul.flags import unpack


pytestmark = pytest.mark.integration


def left_s(backend, key):
    """Return for how long Consul says a key lives, None for ever."""
    entry, _ = backend.store.peek(key)
    expires_ms = entry.flags.expires_ms
    return expires_ms / 1000 - time.time() if expires_ms else None


@pytest.mark.parametrize("expires", [0.5, 1.9, 3, 5])
def test_exact_to_the_second(url, expires, made, gone_after):
    """A result is readable for all of its life, and no more a second later: short lives and fractions alike."""
    backend = made(url, expires=expires)
    backend.set("k", b"v")
    took = gone_after(backend, "k", expires + 3)

    assert expires - 0.05 <= took <= expires + 1


@pytest.mark.parametrize("forever", [None, 0])
def test_for_ever(url, forever, made):
    """None and 0 are for ever, and make no session."""
    backend = made(url, result_expires=forever)
    before = len(backend.client().session.list()[1])
    backend.set("k", b"v")

    assert left_s(backend, "k") is None
    assert before == len(backend.client().session.list()[1])


@pytest.mark.parametrize(
    ("expires", "seconds"), [(timedelta(hours=1), 3600), (86_400, 86_400), (86_401, 86_401), (60 * 86_400, 60 * 86_400)]
)
def test_long_lives(url, expires, seconds, made):
    """A life of hours, a day, more than a day or months is stored as that."""
    backend = made(url, expires=expires)
    backend.set("k", b"v")

    assert seconds - 1 <= left_s(backend, "k") <= seconds + 1


@pytest.mark.parametrize("expires", [-1, float("nan"), 1e15])
def test_no_life_at_all(url, expires, made):
    """A life that cannot be is refused when the app is configured."""
    with pytest.raises(ImproperlyConfigured, match="result_expires"):
        made(url, expires=expires)


def test_a_second_write_begins_a_second_life(url, made, until, gone_after):
    """Overwriting restarts the whole life, whoever wrote first."""
    one, other = made(url, expires=2), made(url, expires=2)
    one.set("k", b"1")
    until(lambda: left_s(one, "k") < 0.6)
    other.set("k", b"2")

    assert gone_after(one, "k", 5) >= 1.9


def test_reading_prolongs_nothing(url, made, gone_after):
    """However often it is read, an entry ends when it was to end."""
    backend = made(url, expires=2)
    backend.set("k", b"v")

    assert gone_after(backend, "k", 5) <= 3


def test_written_again_right_after_expiry(url, made, until, gone_after):
    """What is written after the end of the entry before it is kept, at once."""
    backend = made(url, expires=1)
    backend.set("k", b"1")
    gone_after(backend, "k", 4)
    backend.set("k", b"2")

    assert b"2" == backend.get("k")

    backend.store_result("t", 1, "SUCCESS")
    until(lambda: backend.get_task_meta("t", cache=False)["status"] == "PENDING")
    backend.store_result("t", ValueError(), "FAILURE")

    assert "FAILURE" == backend.get_task_meta("t", cache=False)["status"]


def test_expire(backend):
    """`expire` sets what is left; None and 0 are for ever; on a missing key it does nothing."""
    backend.set("k", b"v")
    backend.expire("k", 7)

    assert 6 <= left_s(backend, "k") <= 8

    for forever in (None, 0):
        backend.expire("k", forever)

        assert left_s(backend, "k") is None

    backend.expire("missing", 5)

    assert backend.get("missing") is None
    assert b"v" == backend.get("k")


def test_expire_of_a_large_value(backend):
    """A value beside its name moves with it into its new life."""
    large = os.urandom(500_000)
    backend.set("k", large)
    for seconds in (None, 90_000, 50):
        backend.expire("k", seconds)

        assert large == backend.get("k")


def test_storage_is_freed(url, made, until):
    """Within a minute after a short life Consul has nothing left, and no session either."""
    backend = made(url, expires=2)
    backend.set("k", b"v")
    backend.set("large", bytes(500_000))
    session = backend.client().kv.get(f"{backend.path}/k")[1]["Session"]
    until(lambda: backend.client().kv.get(f"{backend.path}/", keys=True)[1] is None, 62)

    assert backend.client().session.info(session)[1] is None


def test_longer_than_a_day_is_swept(url, monkeypatch, made):
    """What outlived every session is deleted by cleanup() and by later writes, and nothing else is."""
    backend = made(url, expires=90_000)
    clock = backend.store.link.clock
    right = clock.earliest_ns
    for number in range(40):
        backend.set(f"k{number}", b"v")
    backend.set("stays", b"v")
    backend.expire("stays", 400_000)
    backend.set("large", bytes(500_000))
    monkeypatch.setattr(clock, "earliest_ns", lambda: right() + 100_000 * 10**9)
    backend.cleanup()

    keys = backend.client().kv.get(f"{backend.path}/", keys=True)[1]

    assert 2 == len(keys)
    assert all(key.endswith("/stays") for key in keys)


def test_writing_sweeps(url, monkeypatch, made):
    """A hundred expired long entries are gone after a hundred writes, without any cleanup()."""
    backend = made(url, expires=90_000)
    for number in range(100):
        backend.set(f"old{number}", b"v")
    clock = backend.store.link.clock
    right, latest = clock.earliest_ns, clock.latest_ns
    monkeypatch.setattr(clock, "earliest_ns", lambda: right() + 100_000 * 10**9)
    monkeypatch.setattr(clock, "latest_ns", lambda: latest() + 100_000 * 10**9)
    for number in range(100):
        backend.set(f"new{number}", b"v")

    keys = backend.client().kv.get(f"{backend.path}/old", keys=True)[1]

    assert keys is None


def test_deleting_a_long_life_leaves_nothing(url, made):
    """Deleting what lives for months removes the note of its end, too."""
    backend = made(url, expires=90_000)
    backend.set("k", b"v")
    backend.delete("k")

    assert backend.client().kv.get(f"{backend.path}/", keys=True)[1] is None


def test_failures_and_chords_have_lives_of_their_own(url, made):
    """result_failure_expires is for FAILURE alone, result_chord_expires for counters."""
    backend = made(url, result_failure_expires=50, result_chord_expires=70, result_expires=3600)
    backend.store_result("bad", ValueError(), "FAILURE")
    backend.store_result("good", 1, "SUCCESS")
    backend.incr("n")

    assert 49 <= left_s(backend, backend.get_key_for_task("bad")) <= 51
    assert 3599 <= left_s(backend, backend.get_key_for_task("good")) <= 3601
    assert 69 <= left_s(backend, "n") <= 71


@pytest.mark.parametrize("wrong_s", [-60, 60])
@pytest.mark.parametrize("whose", ["writer", "reader"])
def test_a_wrong_clock(url, monkeypatch, wrong_s, whose, made, gone_after):
    """With the writer's or the reader's clock a minute wrong nothing ends early, nor over two seconds late."""
    right_ns, me = time.time_ns, threading.local()
    monkeypatch.setattr(time, "time_ns", lambda: right_ns() + getattr(me, "wrong_ns", 0))
    writer, reader = made(url, expires=3), made(url, expires=3)
    me.wrong_ns = wrong_s * 10**9 if whose == "writer" else 0
    writer.set("k", b"v")
    me.wrong_ns = wrong_s * 10**9 if whose == "reader" else 0

    assert 2.95 <= gone_after(reader, "k", 8) <= 3 + 2.1


def test_flags_say_the_expiry(url, made):
    """The expiry in an entry's flags is the writing's time and its life."""
    backend = made(url, expires=100)
    backend.set("k", b"v")
    told = backend.client().kv.get(f"{backend.path}/k")[1]

    assert 100 == pytest.approx(unpack(told["Flags"]).expires_ms / 1000 - time.time(), abs=1)
    assert told["Session"]


def test_few_sessions(url, made):
    """10,000 writes and deletes leave at most 20 sessions."""
    backend = made(url)
    before = len(backend.client().session.list()[1])
    for number in range(10_000):
        backend.set(f"k{number}", b"v")
        backend.delete(f"k{number}")

    assert len(backend.client().session.list()[1]) - before <= 20


def test_a_deregistered_node(start, made, until):
    """Deregistering the external node takes what a session held; what lives longer stays, and stores go on at once."""
    server = start("-dev")
    until(server.ready)
    backend = made(server.url())
    for key, seconds in (("day", 80_000), ("longer", 90_000), ("ever", None)):
        backend.set(key, b"v")
        backend.expire(key, seconds)
    backend.client().catalog.deregister("celery-results")
    until(lambda: backend.get("day") is None)

    assert [b"v", b"v"] == backend.mget(["longer", "ever"])

    backend.set("k", b"w")

    assert b"w" == backend.get("k")
