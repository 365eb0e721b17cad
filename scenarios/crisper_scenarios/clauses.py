"""The promises themselves: ids, sentences and sources, as everything else quotes them."""

from __future__ import annotations

from crisper.clauses import Clause


A1 = Clause(
    id="A1",
    sentence="Reading what was never written says that nothing is there, raises nothing and creates nothing.",
    level="must",
    source="celery/backends/base.py, _get_task_meta_for",
)
A2 = Clause(
    id="A2",
    sentence="Bytes come back as they were stored: all 256 values, from 1 byte to 64 KiB.",
    level="must",
    source="celery/backends/base.py, encode and decode",
)
A6 = Clause(
    id="A6",
    sentence="The last write wins, at once, whichever client reads.",
    level="must",
    source="celery/backends/base.py, _store_result",
)
A8 = Clause(
    id="A8",
    sentence="What is deleted is gone; deleting what is not there, or twice, raises nothing.",
    level="must",
    source="celery/backends/base.py, _forget; celery/backends/couchdb.py, delete",
)
A10 = Clause(
    id="A10",
    sentence="Reading many keys answers each in its place, with None (or no entry) for what is missing.",
    level="must",
    source="celery/backends/base.py, _mget_to_results",
)
B1 = Clause(
    id="B1",
    sentence="A task id that nobody has stored is PENDING, and its result is None.",
    level="must",
    source="celery/backends/base.py, _get_task_meta_for",
)
B2 = Clause(
    id="B2",
    sentence="Every state that a worker stores is seen, and the last one stands.",
    level="must",
    source="celery/backends/base.py, mark_as_started, mark_as_retry, mark_as_done",
)
B3 = Clause(
    id="B3",
    sentence="Once a task is SUCCESS, a state that is stored late is ignored.",
    level="must",
    source="celery/backends/base.py, _store_result; https://github.com/celery/celery/pull/6090",
)
C1 = Clause(
    id="C1",
    sentence="A result is readable until its result_expires is over; never early.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)
C2 = Clause(
    id="C2",
    sentence="A result is no longer readable one second after its result_expires.",
    level="must",
    source="celery/backends/base.py, supports_autoexpire: must automatically expire",
    needs="autoexpire",
)
C5 = Clause(
    id="C5",
    sentence="Lifetimes of 1, 5 and 9 seconds are accepted and kept.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)
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
