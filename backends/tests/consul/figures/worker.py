"""What a real worker's tasks and chords come to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from celery import chord, group
from worker_of_tasks import working

from crisper.servers.parallel import Servers
from crisper_backends.consul.contestants import consul
from crisper_backends.consul.engine import ENGINE
from crisper_backends.redis.engine import ENGINE as BROKER
from figures.row import Row


TASKS = 1_000
CHORDS, PARTS = 20, 50
PATIENCE_S = 300


def worker(servers: Servers) -> Iterator[Row]:
    """A prefork worker of four with task_track_started does a thousand tasks, then twenty chords of fifty."""
    server, broker = servers.future(ENGINE).result(), servers.future(BROKER).result()
    url = consul.url.format(host=server.host, port=server.port)
    with (
        tempfile.TemporaryDirectory() as folder,
        working(f"redis://{broker.host}:{broker.port}", url, "prefork", Path(folder, "log")) as tasks,
    ):
        results = group(tasks.add.s(n, n) for n in range(TASKS))().get(timeout=PATIENCE_S)
        bodies = [chord(tasks.add.s(n, c) for n in range(PARTS))(tasks.total.s()) for c in range(CHORDS)]
        totals = [body.get(timeout=PATIENCE_S) for body in bodies]
    yield _all_right("tasks", results, [2 * n for n in range(TASKS)])
    yield _all_right(f"chords of {PARTS}", totals, [sum(range(PARTS)) + PARTS * c for c in range(CHORDS)])


def _all_right(what: str, answers: list[int], wanted: list[int]) -> Row:
    right = sum(answer == want for answer, want in zip(answers, wanted, strict=True))
    return Row(
        figure=f"prefork worker of 4: {what} all right", wanted=f"{len(wanted)}", measured=f"{right}",
        kept=right == len(wanted),
    )  # fmt: skip
