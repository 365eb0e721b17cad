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
C13 = Clause(
    id="C13",
    sentence="A server restart neither revives what expired nor shortens or lengthens a life.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
    needs="autoexpire",
)
G1 = Clause(
    id="G1",
    sentence="A call on a server that is down raises within 30 s, or succeeds once it is back if told to retry.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-backend-always-retry",
)
G2 = Clause(
    id="G2",
    sentence="A call on a server that is frozen raises after a timeout, not never.",
    level="must",
    source="https://github.com/celery/celery/issues/1221",
)
G3 = Clause(
    id="G3",
    sentence="After a server restart the next call on the same object works.",
    level="must",
    source="https://github.com/celery/celery/issues/4857",
)
G4 = Clause(
    id="G4",
    sentence="What was acknowledged is still there after a server restart.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/tasks.html#result-backends",
    needs="durable",
)
G9 = Clause(
    id="G9",
    sentence="After an error the same object works again.",
    level="must",
    source="https://github.com/celery/celery/issues/4857",
)
