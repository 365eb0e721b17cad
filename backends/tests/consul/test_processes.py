import multiprocessing
import os
import pickle
import subprocess
import sys
import threading

import pytest


pytestmark = pytest.mark.integration

FORK = multiprocessing.get_context("fork")

GREENLETS = """
from gevent import monkey; monkey.patch_all()
import gevent, sys
from celery import Celery
from crisper_backends.consul.backend import ConsulBackend
backend = ConsulBackend(app=Celery("x"), url=sys.argv[1])
def work(n):
    for turn in range(20):
        backend.set(f"k{n}", f"{n}-{turn}")
        assert f"{n}-{turn}".encode() == backend.get(f"k{n}")
jobs = [gevent.spawn(work, n) for n in range(50)]
waiting = gevent.spawn(backend.wait_for, "t", 50)
gevent.joinall(jobs, raise_error=True)
backend.store_result("t", 5, "SUCCESS")
print(waiting.get()["result"], backend.incr("n"))
"""


def own_keys(backend, who, turns, failures):
    """Write and read keys of one's own, and count on a shared one; note every wrong answer."""
    try:
        for turn in range(turns):
            backend.set(f"{who}-{turn % 7}", f"{who}-{turn}")
            backend.incr("shared")
            if backend.get(f"{who}-{turn % 7}") != f"{who}-{turn}".encode():
                failures.append(f"{who}-{turn}")
    except Exception as error:  # noqa: BLE001
        failures.append(repr(error))


def test_threads_share_a_backend(backend):
    """Eight threads on one object read what they wrote, and count exactly."""
    failures: list[str] = []
    threads = [threading.Thread(target=own_keys, args=(backend, n, 100, failures)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures
    assert b"800" == backend.get("shared")


def test_children_of_a_fork(backend):
    """Made and used before a fork, a backend works in six children and the parent at once, without cross-talk."""

    def child(who):
        failures: list[str] = []
        own_keys(backend, who, 50, failures)
        os._exit(1 if failures else 0)

    backend.set("before", b"v")
    children = [FORK.Process(target=child, args=(n,)) for n in range(6)]
    for process in children:
        process.start()
    failures: list[str] = []
    own_keys(backend, "parent", 50, failures)
    for process in children:
        process.join(60)

    assert [] == failures
    assert [0] * 6 == [process.exitcode for process in children]
    assert b"350" == backend.get("shared")


def test_a_fork_while_threads_are_busy(backend):
    """A child forked in the middle of other threads' calls inherits no lock and no connection of theirs."""
    stop, failures = threading.Event(), []

    def busy():
        while not stop.is_set():
            own_keys(backend, threading.get_ident(), 1, failures)

    threads = [threading.Thread(target=busy) for _ in range(4)]
    for thread in threads:
        thread.start()
    codes = []
    for _ in range(10):
        process = FORK.Process(target=lambda: os._exit(0 if backend.set("c", 1) and backend.get("c") == b"1" else 1))
        process.start()
        process.join(30)
        codes.append(process.exitcode)
    stop.set()
    for thread in threads:
        thread.join()

    assert [] == failures
    assert [0] * 10 == codes


def test_greenlets(url):
    """Fifty greenlets share a backend, and one waits while the others work."""
    done = subprocess.run(
        [sys.executable, "-c", GREENLETS, url], capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip

    assert ("5 1\n", 0) == (done.stdout, done.returncode), done.stderr


@pytest.mark.parametrize("expires", [7, 0, 0.5, 90_000])
def test_a_pickled_backend(url, made, expires):
    """Unpickled, a backend has the same server, prefix and expiry."""
    backend = made(url, expires=expires)
    backend.set("k", b"v")
    copy = pickle.loads(pickle.dumps(backend))

    assert b"v" == copy.get("k")
    assert backend.lifetimes.result_ns == copy.lifetimes.result_ns
    assert backend.url == copy.url


def test_quiet_at_exit(url):
    """A process that stored a result ends without a word."""
    code = "import sys; from celery import Celery; from crisper_backends.consul.backend import ConsulBackend as B\n"
    code += "b = B(app=Celery('x'), url=sys.argv[1]); b.set('k', 'v')"
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code, url], capture_output=True, text=True, timeout=60,
        check=False, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip

    assert ("", "", 0) == (done.stdout, done.stderr, done.returncode)
