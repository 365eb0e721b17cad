"""The promises about waiting for results, and about real workers."""

from __future__ import annotations

from crisper.clauses import Clause


E1 = Clause(
    id="E1",
    sentence="get(timeout=t) of what never comes raises TimeoutError after t seconds, at most half a second later.",
    level="must",
    source="celery/result.py, AsyncResult.get: timeout, in seconds, before the operation times out",
)

E4 = Clause(
    id="E4",
    sentence="What was stored before somebody waits for it is returned at once.",
    level="must",
    source="celery/result.py, AsyncResult.get",
)

E5 = Clause(
    id="E5",
    sentence="get() raises the error of a failed task, TaskRevokedError of a revoked one; propagate=False returns it.",
    level="must",
    source="celery/result.py, AsyncResult.maybe_throw; celery/states.py, PROPAGATE_STATES",
)

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

I7 = Clause(
    id="I7",
    sentence="A group's results reach whoever sent it, in the order of its members.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/canvas.html#groups",
)
