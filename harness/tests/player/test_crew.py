from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conditions import until

from crisper.celery.brokers import FILES, settings
from crisper.celery.client import connect
from crisper.celery.worker import Post
from crisper.player.address import Address
from crisper.player.crew import Crew
from crisper.player.workers import Worker, WorkerError


HIRING = """
import sys
import threading
from crisper.player.address import Address
from crisper.player.crew import Crew

crew = Crew(Address(url="cache+memory://"), expires_ns=10**10)
crew.hire(sys.argv[1])
print(*(crew.worker(pool).pid for pool in ("solo", "prefork")), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def hirer(tmp_path_factory):
    """A process that has hired both workers, and the process groups of these."""
    broker = f"{FILES}{tmp_path_factory.mktemp('tasks')}"
    command = [sys.executable, "-c", HIRING, broker]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process, [int(word) for word in process.stdout.readline().split()]
        process.kill()


def members(group: int) -> list[str]:
    """Return the command lines of the processes of a group that live."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, its = folder.joinpath("stat").read_text().rpartition(")")[2].split()[:3]
            if int(its) == group and state != "Z":
                found.append(folder.joinpath("cmdline").read_bytes().decode())
        except OSError:  # it ended meanwhile
            continue
    return found


def ended(group: int, within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while members(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_worker_shows_no_address(hirer):
    """What a worker is told is in no process's arguments."""
    _, groups = hirer
    shown = [line for group in groups for line in members(group)]

    assert len(shown) >= 3
    assert [] == [line for line in shown if "memory" in line or "tasks" in line]


def test_workers_do_not_outlive_who_hired_them(hirer):
    """A killed contestant takes its workers with it, the children of the prefork pool too."""
    process, groups = hirer
    process.kill()

    assert [True, True] == [ended(group) for group in groups]


def test_children_do_not_outlive_their_worker(tmp_path):
    """A killed worker takes the children of its pool with it."""
    crew = Crew(Address(url="cache+memory://"), expires_ns=10**10)
    crew.hire(f"{FILES}{tmp_path}")
    pid = crew.worker("prefork").pid
    before = len(members(pid))
    os.kill(pid, signal.SIGKILL)

    assert (2, True) == (before, ended(pid))
    crew.close()


def test_a_worker_that_cannot_start_says_why_without_its_password():
    """The end of the worker's log is in the error, and no password in it."""
    url = "nosuch://user:canary@127.0.0.1/"
    post = Post(url=url, broker=url, queue="q", pool="solo", expires_ns=10**10)

    worker = Worker(post)
    with pytest.raises(
        WorkerError, match=r"(?s)the solo worker ended with code 1; .*No module named .nosuch"
    ) as raised:
        worker.expect_ready(20)
    worker.end()
    assert "canary" not in str(raised.value)


def test_tasks_can_travel_through_files(tmp_path):
    """A folder becomes kombu's filesystem transport, with all that it writes inside of it."""
    found = settings(f"{FILES}{tmp_path}/queue")

    assert FILES == found["broker_url"]
    assert {"messages", "control", "processed"} == {each.name for each in (tmp_path / "queue").iterdir()}


def test_messages_in_files_are_never_found_half_written(tmp_path):
    """A reader that polls without a pause takes every message whole, and in its order."""
    broker = f"{FILES}{tmp_path}"
    sender, reader = (connect("cache+memory://", broker=broker, expires_ns=None).app for _ in range(2))
    with sender.connection_for_write() as writing, reader.connection_for_read() as reading:
        queue = writing.SimpleQueue("q")
        threading.Thread(
            target=lambda: [queue.put({"number": number, "fill": "x" * 5000}) for number in range(300)]
        ).start()
        taken = reading.SimpleQueue("q")
        numbers = [taken.get(timeout=20).payload["number"] for _ in range(300)]

    assert list(range(300)) == numbers


def test_a_worker_that_hangs_is_replaced(tmp_path, monkeypatch):
    """What it was doing is its business no more, and another takes the tasks that come after."""
    monkeypatch.setattr("crisper.player.workers.HANGS_NS", 10**8)
    crew = Crew(Address(url=f"file://{tmp_path}"), expires_ns=10**10)
    crew.hire(f"{FILES}{tmp_path / 'tasks'}")
    worker = crew.worker("solo")
    sender(worker).send_task("crisper.tracked", (10**12, "late"), task_id="hanging")
    until(lambda: worker.hangs("hang"), 20)
    crew.renew("solo")
    answer = sender(crew.worker("solo")).send_task("crisper.echo", ("in time",)).get(timeout=20)
    crew.close()

    assert "in time" == answer
    assert (False, True) == (worker.hangs("other"), ended(worker.pid))


def sender(worker: Worker):
    post = worker.post
    return connect(post.url, broker=post.broker, expires_ns=post.expires_ns, task_default_queue=post.queue).app


def test_what_a_worker_says_late_is_heard(tmp_path, monkeypatch):
    """Its words are waited for where they come after the result, and no longer than a moment."""
    crew = Crew(Address(url=f"file://{tmp_path}"), expires_ns=10**10)
    crew.hire(f"{FILES}{tmp_path / 'tasks'}")
    worker = crew.worker("solo")
    decode = worker._decode
    monkeypatch.setattr(worker, "_decode", lambda line: (time.sleep(0.05), decode(line))[1])
    # What the second says is read with what the first still has to say, hence is no more to be seen on the pipe.
    late = [sender(worker).send_task("crisper.echo", ("heard",), task_id=f"late-{each}") for each in (1, 2)]
    late[-1].get(timeout=20, interval=0.01)
    worker.hear_out("late")
    said = [word.says for word in worker.words("late")]
    sender(worker).send_task("crisper.tracked", (10**12, "never"), task_id="lasting")
    until(lambda: any(word.says == "begun" for word in worker.words("lasting")), 20)
    began = time.monotonic()
    worker.hear_out("lasting")
    took = time.monotonic() - began
    crew.close()

    assert ["begun", "done"] * 2 == said
    assert 0.4 < took < 5
