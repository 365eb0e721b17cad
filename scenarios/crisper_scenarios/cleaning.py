"""What has expired goes: by itself, or when it is cleaned up."""

from __future__ import annotations

from crisper.celery.groups import Groups
from crisper.celery.upkeep import Upkeep
from crisper.checks.cleaning import groups_go, results_go
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C10, C15


MEMBERS = ["crisper-member-1", "crisper-member-2"]


@scenario({C10: results_go, C15: groups_go}, layers=("result",), lane="watch", seconds=60)
def expired_and_new(stage: Stage) -> None:
    """Store a task and a group, and others when these have expired; clean up, unless they go by themselves; read all.

    Cleaning up reaches all that is kept at one place, so this is one of the playing's own.
    """
    expires_ns = max(2 * SECOND, stage.facts.shortest_expiry_ns)
    client = Upkeep.of(stage.reader(expires_ns=expires_ns))
    itself = bool(client.backend.supports_autoexpire)
    if not itself:
        place = stage.elsewhere()
        if place is None:
            return
        client = Upkeep.of(stage.client(expires_ns=expires_ns, url=place))
    groups = Groups.of(client)
    keys = stage.keys(2)
    for key in keys:
        client.store(key, f"of {key}", "SUCCESS")
        groups.save(f"{key}-group", MEMBERS)
        if key == keys[0]:
            stage.pause(expires_ns + 1.2 * SECOND)
    if not itself:
        client.cleanup()
    for key in keys:
        client.fetch(key)
        groups.restore(f"{key}-group")
