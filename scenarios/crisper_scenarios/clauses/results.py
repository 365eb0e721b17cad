"""The promises of the result layer: tasks, states and what is stored with them."""

from __future__ import annotations

from crisper.clauses import Clause


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

B4 = Clause(
    id="B4",
    sentence="Where SUCCESS and FAILURE are stored at the same time, SUCCESS stands.",
    level="should",
    source="celery/backends/base.py, _store_result; celery/backends/mongodb.py, _store_result",
)

B5 = Clause(
    id="B5",
    sentence="FAILURE may be replaced by SUCCESS, as after a redelivery.",
    level="must",
    source="celery/backends/base.py, _store_result; https://github.com/celery/celery/pull/6090",
)

B6 = Clause(
    id="B6",
    sentence="A result tells status, result, traceback, children, task_id, group and parent, and date_done once ready.",
    level="must",
    source="celery/backends/base.py, _get_result_meta",
)

B8 = Clause(
    id="B8",
    sentence="Children of a task come back as results.",
    level="must",
    source="celery/backends/base.py, current_task_children",
)

B9 = Clause(
    id="B9",
    sentence="Exceptions come back by type, arguments and module; what is not an exception class is refused.",
    level="must",
    source="celery/backends/base.py, exception_to_python",
)

B10 = Clause(
    id="B10",
    sentence="The text of a traceback survives.",
    level="must",
    source="celery/backends/base.py, store_result",
)

B12 = Clause(
    id="B12",
    sentence="json, pickle, yaml and msgpack round-trip; a content type that is not accepted is refused.",
    level="must",
    source="kombu/serialization.py, registry",
)

B15 = Clause(
    id="B15",
    sentence="What is forgotten is PENDING for every client.",
    level="must",
    source="celery/backends/base.py, forget",
)

B17 = Clause(
    id="B17",
    sentence="An empty task id, or None, raises ValueError.",
    level="must",
    source="celery/backends/base.py, get_key_for_task",
)

B18 = Clause(
    id="B18",
    sentence="Odd task ids are kept apart from each other and within their namespace, or refused with an error.",
    level="must",
    source="security: a task id may come from outside",
)

B20 = Clause(
    id="B20",
    sentence="After a store has returned, every client sees it in its next call.",
    level="must",
    source="celery/backends/base.py, _store_result",
)

B21 = Clause(
    id="B21",
    sentence="A process that knows only the id can read the result, many times, and several at once.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/tasks.html#result-backends",
    needs="shared",
)

B22 = Clause(
    id="B22",
    sentence="Nobody reads an older state after a newer one.",
    level="must",
    source="celery/backends/base.py, _store_result",
)
