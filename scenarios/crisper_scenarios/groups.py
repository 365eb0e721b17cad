"""Groups of results are saved, restored, deleted and waited for."""

from __future__ import annotations

import threading

from crisper.celery.client import Client
from crisper.celery.groups import Groups, Member
from crisper.checks.groups import members_in_order
from crisper.checks.register import reads_see_last_write
from crisper.checks.sharing import every_process_reads
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.groups import D1, D2, D3, D9


MEMBERS: list[Member] = ["crisper-member-1", "crisper-member-2"]
NESTED: list[Member] = [
    "crisper-member-1",
    ("crisper-inner", ["crisper-member-2", ("crisper-innermost", ["crisper-member-3"])]),
]


@scenario({D1: reads_see_last_write}, layers=("result",))
def saved_groups(stage: Stage) -> None:
    """Save a group, one with groups in it, and one with a parent; another client restores each, and an unknown one."""
    writer, reader = Groups.of(stage.client()), Groups.of(stage.reader())
    plain, nested, child, unknown = stage.keys(4)
    writer.save(plain, MEMBERS)
    writer.save(nested, NESTED)
    writer.save(child, MEMBERS, parent="crisper-parent")
    for group in (plain, nested, child, unknown):
        reader.restore(group)


@scenario({D2: every_process_reads}, layers=("result",), seconds=60)
def groups_elsewhere(stage: Stage) -> None:
    """Save a group; a process that knows only its id restores it."""
    Groups.of(stage.client()).save(f"{stage.namespace}-shared", NESTED)
    stage.aside(_restore, within_s=30)


def _restore(stage: Stage) -> None:
    Groups.of(stage.client()).restore(f"{stage.namespace.rpartition('-')[0]}-shared")


@scenario({D3: reads_see_last_write}, layers=("result",))
def deleted_groups(stage: Stage) -> None:
    """Delete a saved group; the client that did, and another that had restored it before, ask again."""
    writer, reader = Groups.of(stage.client()), Groups.of(stage.reader())
    group = stage.key()
    writer.save(group, MEMBERS)
    reader.restore(group)
    writer.delete_group(group)
    for client in (writer, reader):
        client.restore(group)


@scenario({D9: members_in_order}, layers=("result",), seconds=60)
def joined_groups(stage: Stage) -> None:
    """Wait for twelve tasks as a group: they are stored before, last one first; or meanwhile, in random order."""
    worker, reader = stage.client(), Groups.of(stage.reader())
    before, meanwhile = stage.keys(12), stage.keys(12)
    _finish(worker, before[::-1])
    reader.join(before, timeout_ns=10 * SECOND)
    thread = threading.Thread(target=_finish, args=(worker, stage.random.sample(meanwhile, len(meanwhile))))
    thread.start()
    reader.join(meanwhile, timeout_ns=10 * SECOND)
    thread.join()


def _finish(worker: Client, tasks: list[str]) -> None:
    for task in tasks:
        worker.store(task, f"of {task}", "SUCCESS")
