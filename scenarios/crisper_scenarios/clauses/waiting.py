"""The promises about waiting for results."""

from __future__ import annotations

from crisper.clauses import Clause


E1 = Clause(
    id="E1",
    sentence="get(timeout=t) of what never comes raises TimeoutError after t seconds, at most half a second later.",
    level="must",
    source="celery/result.py, AsyncResult.get: timeout, in seconds, before the operation times out",
)

E2 = Clause(
    id="E2",
    sentence="get(timeout=0) waits for nothing: it returns what is there, or raises TimeoutError, at once.",
    level="must",
    source="celery/result.py, AsyncResult.get: a timeout of 0 means do not block",
)

E3 = Clause(
    id="E3",
    sentence="How long after its store a result wakes whoever waits for it.",
    level="observe",
    source="celery/result.py, AsyncResult.get: interval, and backends that do not use polling",
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

E6 = Clause(
    id="E6",
    sentence="on_interval is called while somebody waits; so is on_message, or ImproperlyConfigured refuses it.",
    level="should",
    source="celery/result.py, ResultSet.join; celery/backends/asynchronous.py, drain_events_until",
)

E7 = Clause(
    id="E7",
    sentence="Each of two who wait for one task is told its result, also where one of them gave up before.",
    level="must",
    source="https://github.com/celery/celery/issues/4925",
)

E8 = Clause(
    id="E8",
    sentence="get_many yields each id once, as it becomes ready, and ends by its timeout or max_iterations.",
    level="should",
    source="celery/backends/base.py, BaseKeyValueStoreBackend.get_many",
)

E9 = Clause(
    id="E9",
    sentence="Waiting for no task at all yields nothing, at once.",
    level="should",
    source="celery/result.py, ResultSet.get and iter_native",
)

E10 = Clause(
    id="E10",
    sentence="When the callback of result.then() is called.",
    level="observe",
    source="celery/result.py, AsyncResult.then",
)

E11 = Clause(
    id="E11",
    sentence="However many results were stored and waited for, nothing that keeps track of them grows.",
    level="should",
    source="celery/backends/asynchronous.py, add_pending_result and remove_pending_result",
)

E12 = Clause(
    id="E12",
    sentence="Whoever forgets a task is no longer subscribed to it.",
    level="should",
    source="celery/result.py, AsyncResult.forget; celery/backends/asynchronous.py, remove_pending_result",
)

E13 = Clause(
    id="E13",
    sentence="Asking for the state of a task, however often, does not use its result up.",
    level="must",
    source="celery/result.py, AsyncResult.state",
)
