"""The promises about processes, configuration and security."""

from __future__ import annotations

from crisper.clauses import Clause


F1 = Clause(
    id="F1",
    sentence="One application serves eight threads, each by the backend object that Celery gives it, without a mix-up.",
    level="must",
    source="celery/app/base.py, backend",
)

F2 = Clause(
    id="F2",
    sentence="A backend object made before a fork serves six children without a mix-up or a hang.",
    level="must",
    source="celery/concurrency/prefork.py",
)

F3 = Clause(
    id="F3",
    sentence="Where greenlets take the place of threads, one backend object serves twenty without a mix-up or a hang.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/concurrency/gevent.html",
)

F4 = Clause(
    id="F4",
    sentence="A backend object that went through pickle talks to the same server, with the same expiry.",
    level="must",
    source="celery/backends/base.py, __reduce__",
)

F5 = Clause(
    id="F5",
    sentence="An AsyncResult that went through pickle tells the same state.",
    level="must",
    source="celery/result.py, AsyncResult.__reduce__",
)

F6 = Clause(
    id="F6",
    sentence="An interpreter that has used a backend object ends without a word, and does not hang.",
    level="should",
    source="https://docs.python.org/3/library/atexit.html",
)

F8 = Clause(
    id="F8",
    sentence="How many sockets one client opens to store and fetch fifty results.",
    level="observe",
    source="what a server's limit of connections is spent on",
)

F9 = Clause(
    id="F9",
    sentence="With result_backend_thread_safe, one backend object serves eight threads without a mix-up.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-backend-thread-safe",
)

H1 = Clause(
    id="H1",
    sentence="as_uri() hides the password.",
    level="must",
    source="celery/backends/base.py, as_uri",
)

H2 = Clause(
    id="H2",
    sentence="Credentials in the URL are used.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-backend",
    needs="auth",
)

H3 = Clause(
    id="H3",
    sentence="TLS is spoken where it is asked for, and only with who the given authority speaks for.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#redis-backend-use-ssl",
    needs="tls",
)

H4 = Clause(
    id="H4",
    sentence="global_keyprefix parts two applications on one server, and keeps each whole.",
    level="must",
    source="celery/backends/base.py, _add_global_keyprefix",
    needs="kv",
)

H5 = Clause(
    id="H5",
    sentence="Two prefixes on one server never meet: not by a delete, a cleanup, or a read of many.",
    level="must",
    source="celery/backends/base.py, _add_global_keyprefix; celery/backends/filesystem.py, cleanup",
    needs="kv",
)

H6 = Clause(
    id="H6",
    sentence="Environment variables do not silently lead elsewhere than the URL says.",
    level="should",
    source="least surprise",
)

H7 = Clause(
    id="H7",
    sentence="A URL without a port means the default port of the engine.",
    level="must",
    source="the documented default port of each engine",
)

H8 = Clause(
    id="H8",
    sentence="An option of the URL that nobody knows raises or warns.",
    level="should",
    source="least surprise",
)

H10 = Clause(
    id="H10",
    sentence="Celery finds the backend by the scheme of its URL.",
    level="must",
    source="celery/app/backends.py, by_name: entry points of the group celery.result_backends",
)

H12 = Clause(
    id="H12",
    sentence="Values and passwords are written to no log of level INFO or above.",
    level="must",
    source="https://cwe.mitre.org/data/definitions/532.html",
)

H13 = Clause(
    id="H13",
    sentence="Boolean options of the URL take 0 and false for no.",
    level="should",
    source="least surprise",
)
