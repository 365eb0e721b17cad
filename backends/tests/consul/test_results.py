import threading

import pytest
from celery import states
from celery.app.task import Context


pytestmark = pytest.mark.integration


def test_each_state_is_seen_and_success_stands(url, made):
    """Every state replaces the one before, for every client; after SUCCESS whatever comes late is ignored."""
    writer, reader = made(url), made(url, result_cache_max=-1)
    for state in (states.STARTED, states.RETRY, states.STARTED, states.FAILURE, states.SUCCESS):
        writer.store_result("t", ValueError("x") if state in (states.RETRY, states.FAILURE) else 1, state)

        assert state == reader.get_state("t")

    for state in (states.STARTED, states.RETRY, states.FAILURE, states.SUCCESS):
        writer.store_result("t", ValueError("late") if state in (states.RETRY, states.FAILURE) else "late", state)

        assert 1 == reader.get_result("t")


@pytest.mark.parametrize("tracked", [False, True])
def test_no_failure_replaces_a_success_in_any_race(url, tracked, made):
    """In 200 races of SUCCESS and FAILURE, whichever is stored first, SUCCESS is what stays."""
    backends = [made(url, result_cache_max=-1, task_track_started=tracked) for _ in range(2)]
    turn = threading.Barrier(3, timeout=20)

    def store(backend, state):
        for race in range(100):
            turn.wait()
            backend.store_result(f"t{race}", ValueError() if state == states.FAILURE else 1, state)
            turn.wait()

    threads = [
        threading.Thread(target=store, args=arguments)
        for arguments in zip(backends, (states.SUCCESS, states.FAILURE), strict=True)
    ]
    for thread in threads:
        thread.start()
    reader = made(url, result_cache_max=-1)
    for _ in range(100):
        turn.wait()
        turn.wait()
    for thread in threads:
        thread.join()

    assert {states.SUCCESS} == {reader.get_state(f"t{race}") for race in range(100)}


def test_a_large_success_is_guarded_too(backend):
    """A result too large for a transaction takes part in the same comparison."""
    backend.store_result("t", ValueError("x" * 450_000), states.FAILURE)
    backend.store_result("t", "y" * 450_000, states.SUCCESS)
    backend.store_result("t", "z" * 450_000, states.SUCCESS)

    assert "y" * 450_000 == backend.get_result("t")


def test_children_and_the_request_are_kept(url, made):
    """Children, group and parent come back with the result."""
    backend = made(url, result_extended=True)
    child = backend.app.AsyncResult("child")
    request = Context(id="t", _children=[child], group="g", parent_id="p", task="name", args=[1], kwargs={}, retries=2)
    backend.store_result("t", 1, states.SUCCESS, request=request)
    meta = backend.get_task_meta("t")

    assert [["child", None], None] == meta["children"][0]
    assert ("g", "p", "name", 2) == tuple(meta[k] for k in ("group_id", "parent_id", "name", "retries"))


def test_forget(url, made):
    """A forgotten result is pending for everyone."""
    one, other = made(url), made(url)
    one.store_result("t", 1, states.SUCCESS)
    one.forget("t")

    assert states.PENDING == other.get_state("t") == one.get_state("t")
    assert not other.task_result_exists("t")


def test_groups(url, made):
    """A saved group is restored by any client until it is deleted."""
    one, other = made(url), made(url)
    group = one.app.GroupResult("g", [one.app.AsyncResult("a"), one.app.AsyncResult("b")])
    one.save_group("g", group)

    assert ["a", "b"] == [result.id for result in other.restore_group("g").results]

    one.delete_group("g")

    assert other.restore_group("g", cache=False) is None


def test_compression(url, made):
    """Compressed results come back, and are smaller (Celery 5.7)."""
    backend = made(url, result_compression="gzip")
    if not hasattr(backend, "compression"):
        pytest.skip("this Celery compresses no results")
    backend.store_result("t", "x" * 10_000, states.SUCCESS)

    assert "x" * 10_000 == made(url).get_result("t")
    assert len(backend.get(backend.get_key_for_task("t"))) < 1_000


def test_a_global_keyprefix(url, made):
    """Two apps of different global key prefixes share a URL and never meet."""
    one, other = (made(url, result_backend_transport_options={"global_keyprefix": p}) for p in ("one:", "other:"))
    one.store_result("t", 1, states.SUCCESS)

    assert states.PENDING == other.get_state("t")
    assert 1 == one.get_result("t")
