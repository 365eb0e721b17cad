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

G5 = Clause(
    id="G5",
    sentence="A store that reached nobody raises.",
    level="must",
    source="celery/backends/base.py, store_result",
)

G6 = Clause(
    id="G6",
    sentence="After result_backend_max_retries a call raises BackendStoreError, or BackendGetMetaError.",
    level="should",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-backend-max-retries",
)

G7 = Clause(
    id="G7",
    sentence="What cannot succeed fails at once, whatever is to be retried.",
    level="should",
    source="celery/backends/base.py, exception_safe_to_retry",
)

G9 = Clause(
    id="G9",
    sentence="After an error the same object works again.",
    level="must",
    source="https://github.com/celery/celery/issues/4857",
)

G10 = Clause(
    id="G10",
    sentence="Where the network is cut for two seconds in a burst of results, nothing that was acknowledged is lost.",
    level="must",
    source="celery/backends/base.py, store_result returns once the result is stored",
)

G11 = Clause(
    id="G11",
    sentence="Where the server is killed in a burst of results, and started again, nothing acknowledged is lost.",
    level="must",
    source="celery/backends/base.py, store_result returns once the result is stored",
    needs="durable",
)

G12 = Clause(
    id="G12",
    sentence="Over a slow link calls come back right, or raise; nothing acknowledged is lost; then all is quick again.",
    level="must",
    source="celery/backends/base.py, store_result returns once the result is stored",
)

G13 = Clause(
    id="G13",
    sentence="Where the node that clients talk to dies or leaves in a burst of results, nothing acknowledged is lost.",
    level="must",
    source="https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-expires",
)

G14 = Clause(
    id="G14",
    sentence="Where the leader of a cluster dies in a burst of results, nothing acknowledged is lost.",
    level="must",
    source="celery/backends/base.py, store_result returns once the result is stored",
)
