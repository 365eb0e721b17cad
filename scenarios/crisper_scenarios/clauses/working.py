"""The promises about real workers, and whoever sends them tasks."""

from __future__ import annotations

from crisper.clauses import Clause


I1 = Clause(
    id="I1",
    sentence="What a real worker returns or raises reaches whoever sent the task.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/tasks.html#result-backends",
)

I2 = Clause(
    id="I2",
    sentence="With task_track_started a task is seen STARTED while a worker does it, and SUCCESS at the end.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#task-track-started",
)

I3 = Clause(
    id="I3",
    sentence="A task that is retried, by autoretry_for or self.retry, comes to its result, or to its error in the end.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/tasks.html#retrying",
)

I4 = Clause(
    id="I4",
    sentence="A result that is too large is told as an error to whoever waits for it, and the worker goes on.",
    level="must",
    source="celery/backends/base.py, Backend.mark_as_done; what a backend holds, by its own documentation",
)

I5 = Clause(
    id="I5",
    sentence="Of a task with ignore_result nothing is stored: its state stays PENDING.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.ignore_result",
)

I6 = Clause(
    id="I6",
    sentence="Of a task that its worker revokes, because it came too late, get() raises TaskRevokedError.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/calling.html#expiration",
)

I7 = Clause(
    id="I7",
    sentence="A group's results reach whoever sent it, in the order of its members.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/canvas.html#groups",
)

I8 = Clause(
    id="I8",
    sentence="What the body of a chord returns reaches whoever sent the chord.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/canvas.html#chords",
    needs="chords",
)

I9 = Clause(
    id="I9",
    sentence="When a link of a chain fails, whoever waits for the chain is told its error.",
    level="must",
    source="celery/result.py, AsyncResult.get: follow_parents; celery/backends/base.py, Backend.mark_as_failure",
)

I10 = Clause(
    id="I10",
    sentence="A task may return a result: it is told as result_from_tuple takes it, and so leads to its value.",
    level="must",
    source="celery/backends/base.py, Backend.prepare_value; celery/result.py, result_from_tuple",
)

I11 = Clause(
    id="I11",
    sentence="A task that is delivered again after its SUCCESS stays a success, with the result it had.",
    level="must",
    source="https://github.com/celery/celery/pull/6090",
)
