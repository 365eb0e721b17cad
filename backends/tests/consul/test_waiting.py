import threading
import time

import pytest
from celery import states
from celery.exceptions import TimeoutError as CeleryTimeoutError


pytestmark = pytest.mark.integration


def later(seconds, function, *args):
    """Call a function from another thread in a while."""
    timer = threading.Timer(seconds, function, args)
    timer.daemon = True
    timer.start()
    return timer


def result_of(backend, task_id):
    """Return the AsyncResult of an id on this backend."""
    return backend.app.AsyncResult(task_id, backend=backend)


def test_a_waiter_wakes_at_once(url, made):
    """A waiter has a result within a tenth of a second of its being stored, long before any polling interval."""
    backend, stored = made(url), []

    def store():
        stored.append(time.monotonic())
        backend.store_result("t", 42, states.SUCCESS)

    later(0.5, store)

    assert 42 == result_of(made(url), "t").get(timeout=10, interval=5)
    assert time.monotonic() - stored[0] < 0.1


def test_what_is_there_is_returned_at_once(backend):
    """A stored result needs no waiting, not even with no time."""
    backend.store_result("t", 1, states.SUCCESS)

    assert 1 == result_of(backend, "t").get(timeout=0)


@pytest.mark.parametrize("timeout", [0, 0.3, 1.2])
def test_timeouts(backend, timeout):
    """Waiting ends after the timeout, within half a second of it."""
    started = time.monotonic()
    with pytest.raises(CeleryTimeoutError):
        result_of(backend, "never").get(timeout=timeout)

    assert timeout <= time.monotonic() - started <= timeout + 0.5


def test_every_state_is_shown(url, made):
    """on_message sees each state, on_interval is called while nothing happens."""
    backend, seen, intervals = made(url), [], []
    for delay, state in ((0.3, states.STARTED), (0.9, states.SUCCESS)):
        later(delay, backend.store_result, "t", 1, state)
    result = result_of(made(url), "t")
    result.get(timeout=9, interval=0.2, on_message=seen.append, on_interval=lambda: intervals.append(1))

    assert [states.STARTED, states.SUCCESS] == [meta["status"] for meta in seen]
    # Celery's own promise calls it but once: https://github.com/celery/vine/blob/v5.1.0/vine/promises.py#L136
    assert [1] == intervals


def test_a_busy_neighbourhood_is_no_storm(url, made):
    """While others write all the time, a waiter for a missing key asks less than 50 times a second, and still wakes."""
    backend, asked, stop = made(url), [], threading.Event()
    busy = made(url)

    def write():
        while not stop.is_set():
            busy.set("neighbour", b"v")

    writer = threading.Thread(target=write)
    writer.start()
    changed = backend.store.changed
    backend.store.changed = lambda *args: asked.append(1) or changed(*args)
    later(2, busy.store_result, "t", 1, states.SUCCESS)

    assert 1 == result_of(backend, "t").get(timeout=10)

    stop.set()
    writer.join()

    assert len(asked) < 100


def test_failures_are_raised_or_returned(backend):
    """A failure raises, and is returned with propagate=False."""
    backend.store_result("t", KeyError("k"), states.FAILURE)

    with pytest.raises(KeyError):
        result_of(backend, "t").get(timeout=1)
    assert isinstance(result_of(backend, "t").get(timeout=1, propagate=False), KeyError)


def test_two_waiters(url, made):
    """Two waiters on one id both get its result."""
    got = []
    waiters = [threading.Thread(target=lambda: got.append(result_of(made(url), "t").get(timeout=9))) for _ in range(2)]
    for waiter in waiters:
        waiter.start()
    later(0.3, made(url).store_result, "t", 7, states.SUCCESS)
    for waiter in waiters:
        waiter.join()

    assert [7, 7] == got


def test_more_waiters_than_connections(url, made):
    """Forty waiting threads of one backend leave it able to store what they wait for."""
    backend, got = made(url), []
    waiters = [
        threading.Thread(target=lambda n=n: got.append(result_of(backend, f"t{n}").get(timeout=20))) for n in range(40)
    ]
    for waiter in waiters:
        waiter.start()
    for number in range(40):
        backend.store_result(f"t{number}", number, states.SUCCESS)
    for waiter in waiters:
        waiter.join()

    assert list(range(40)) == sorted(got)


def test_get_many(url, made):
    """Each id comes once, as they become ready, whatever their order; a timeout is kept."""
    backend = made(url)
    backend.store_result("a", 1, states.SUCCESS)
    later(0.3, made(url).store_result, "b", 2, states.SUCCESS)
    seen = list(backend.get_many(["b", "a"], timeout=9))

    assert [("a", 1), ("b", 2)] == [(task_id, meta["result"]) for task_id, meta in seen]
    assert [] == list(backend.get_many([]))
    assert [] == list(backend.get_many(["never"], interval=0.05, max_iterations=2))
    with pytest.raises(CeleryTimeoutError):
        list(backend.get_many(["never"], timeout=0.2))


def test_a_group_in_its_order(url, made):
    """A group's values are in header order, whoever is first; on_message sees them all."""
    backend, seen = made(url), []
    group = backend.app.GroupResult("g", [result_of(backend, f"t{n}") for n in range(100)])

    def store():
        for number in reversed(range(100)):
            backend.store_result(f"t{number}", number, states.SUCCESS)

    later(0.1, store)

    assert list(range(100)) == group.get(timeout=20, on_message=seen.append)
    assert 100 == len(seen)
