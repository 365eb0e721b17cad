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

B7 = Clause(
    id="B7",
    sentence="With result_extended a result tells name, args, kwargs, worker, retries and queue of its task as well.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-extended",
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

B11 = Clause(
    id="B11",
    sentence="An exception that cannot be serialized as it is comes back by its name, and nothing raises.",
    level="should",
    source="celery/utils/serialization.py, get_pickleable_exception and ensure_serializable",
)

B12 = Clause(
    id="B12",
    sentence="json, pickle, yaml and msgpack round-trip; a content type that is not accepted is refused.",
    level="must",
    source="kombu/serialization.py, registry",
)

B13 = Clause(
    id="B13",
    sentence="Who reads by another serializer gets the right value or an error, and nothing else.",
    level="should",
    source="celery/backends/base.py, decode",
)

B14 = Clause(
    id="B14",
    sentence="With result_compression results are compressed, or a warning says that not; whoever reads them can.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-compression",
    since="5.7",
)

B15 = Clause(
    id="B15",
    sentence="What is forgotten is PENDING for every client.",
    level="must",
    source="celery/backends/base.py, forget",
)

B16 = Clause(
    id="B16",
    sentence="A result that is reloaded is the one that is stored now, whatever was read before.",
    level="should",
    source="celery/backends/base.py, reload_task_result",
)

B16b = Clause(
    id="B16b",
    sentence="AsyncResult.exists() says whether anything is stored of a task.",
    level="should",
    source="celery/result.py, AsyncResult.exists",
    since="5.7",
)

B17 = Clause(
    id="B17",
    sentence="An empty task id, or None, raises ValueError.",
    level="must",
    source="celery/backends/base.py, get_key_for_task",
)

B17b = Clause(
    id="B17b",
    sentence="A task id may be a UUID, and names the same task as its text.",
    level="must",
    source="celery/backends/base.py, get_key_for_task",
    since="5.7",
)

B18 = Clause(
    id="B18",
    sentence="Odd task ids are kept apart from each other and within their namespace, or refused with an error.",
    level="must",
    source="security: a task id may come from outside",
)

B19 = Clause(
    id="B19",
    sentence="Only SUCCESS is remembered by who has read it, and with result_cache_max -1 nothing is.",
    level="should",
    source="celery/backends/base.py, get_task_meta",
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
