"""The promises about servers that break, and come back."""

from __future__ import annotations

from crisper.clauses import Clause


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
