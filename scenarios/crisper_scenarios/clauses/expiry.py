"""The promises about time: when results end."""

from __future__ import annotations

from crisper.clauses import Clause


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

C3 = Clause(
    id="C3",
    sentence="With result_expires None or 0 nothing expires, and a delete leaves nothing behind.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)

C4 = Clause(
    id="C4",
    sentence="A result_expires of timedelta(hours=1) is 3600 seconds.",
    level="must",
    source="celery/backends/base.py, prepare_expires",
)

C5 = Clause(
    id="C5",
    sentence="Lifetimes of 1, 5 and 9 seconds are accepted and kept.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)

C6 = Clause(
    id="C6",
    sentence="Fractions of a second are honoured or rounded up; never taken as for ever.",
    level="should",
    source="celery/backends/base.py, prepare_expires",
    needs="autoexpire",
)

C7 = Clause(
    id="C7",
    sentence="86401 seconds and 60 days are accepted, and do not end early.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)

C8 = Clause(
    id="C8",
    sentence="With result_failure_expires failures, and they alone, live for that long, or a warning says that not.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-failure-expires",
    since="5.7",
)

C9 = Clause(
    id="C9",
    sentence="What a chord keeps of itself lives for result_chord_expires, longer or shorter than results.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-chord-expires",
    needs="incr",
    since="5.7",
)

C10 = Clause(
    id="C10",
    sentence="What has expired goes by itself where supports_autoexpire says so, else by cleanup(); nothing else does.",
    level="must",
    source="celery/backends/base.py, supports_autoexpire; celery/beat.py, backend_cleanup",
)

C11 = Clause(
    id="C11",
    sentence="Nothing is left on the server of what was deleted, nor, a minute after its end, of what has expired.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
    needs="autoexpire",
)

C13 = Clause(
    id="C13",
    sentence="A server restart neither revives what expired nor shortens or lengthens a life.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
    needs="autoexpire",
)

C14 = Clause(
    id="C14",
    sentence="Reading does not prolong life.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)

C15 = Clause(
    id="C15",
    sentence="Groups expire as results do.",
    level="should",
    source="celery/backends/base.py, _save_group",
    needs="groups",
)

C16 = Clause(
    id="C16",
    sentence="The shortest and the longest life that a result can be given, and the step in which lives end.",
    level="observe",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)

C17 = Clause(
    id="C17",
    sentence="How late lives end beside one, 1,000 and 100,000 other keys that live on.",
    level="observe",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)
