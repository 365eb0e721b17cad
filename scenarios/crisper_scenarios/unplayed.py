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
        "a wrong clock needs libfaketime, preloaded into a process of its own; for the bundled Consul backend the "
        "project's own integration tests play it"
    ),
)

G8 = Unplayed(
    clause=Clause(
        id="G8",
        sentence="A server's limit of connections, and its 429, are survived.",
        level="should",
        source="https://developer.hashicorp.com/consul/docs/agent/config/config-files#http_max_conns_per_client",
    ),
    because=(
        "only Redis can be told a lower limit while it runs; Consul takes it from its configuration alone, and no "
        "scenario starts a server that is configured otherwise; the bundled Consul backend's integration tests do"
    ),
)
