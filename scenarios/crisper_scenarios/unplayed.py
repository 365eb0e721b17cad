"""The promises that no scenario plays, and why."""

from __future__ import annotations

from crisper.clauses import Clause, Unplayed


C12 = Unplayed(
    clause=Clause(
        id="C12",
        sentence="A client's wrong clock does not shorten a life.",
        level="observe",
        source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
    ),
    because=(
        "a wrong clock needs libfaketime, preloaded into a process of its own; the integration tests of the bundled "
        "backend play it"
    ),
)

G8 = Unplayed(
    clause=Clause(
        id="G8",
        sentence="A server's limit of connections, and its 429, are survived.",
        level="should",
        source="celery/backends/base.py, exception_safe_to_retry",
    ),
    because=(
        "most servers take their limit from their configuration alone, and no scenario starts one that is configured "
        "otherwise; the integration tests of the bundled backend do"
    ),
)
