"""What is stored with a task, and how it comes back."""

from __future__ import annotations

from uuid import UUID

from crisper.celery.upkeep import Upkeep
from crisper.checks.metadata import attribute_is, before, errors_are, meta_is_complete, meta_tells, uuids_are_ids
from crisper.checks.register import reads_see_last_write
from crisper.checks.together import both
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.results import B5, B6, B7, B8, B9, B10, B12, B15, B17, B17b


TRACEBACK = 'Traceback (most recent call last):\n  File "tasks.py", line 7, in täsk\nValueError: no ☃'
EXTENDED = {
    "name": "crisper.echo",
    "args": ["täxt", [1, None]],
    "kwargs": {"key": {"a": 1.5}},
    "worker": "worker@example",
    "retries": 2,
    "queue": "a-queue",
}
CHILDREN = ["crisper-child-1", "crisper-child-2"]


@scenario({B5: reads_see_last_write}, layers=("result",))
def redelivered_task(stage: Stage) -> None:
    """Store FAILURE, then SUCCESS, as a task does that was delivered again."""
    worker, reader = stage.client(), stage.reader()
    task = stage.key()
    for state, result in (("FAILURE", ValueError("first try")), ("SUCCESS", "second try")):
        worker.store(task, result, state)
        reader.fetch(task)


@scenario({B6: meta_is_complete}, layers=("result",))
def fields_of_a_result(stage: Stage) -> None:
    """Store a task of a group, with a parent, in a ready and in an unready state."""
    worker, reader = stage.client(), stage.reader()
    for state, result in (("STARTED", {"pid": 1}), ("SUCCESS", 1), ("FAILURE", ValueError("no"))):
        task = stage.key()
        worker.store(task, result, state, group="a-group", parent_id="a-parent")
        reader.fetch(task)


@scenario({B7: meta_tells(EXTENDED)}, layers=("result",))
def extended_result(stage: Stage) -> None:
    """Store a task with all that result_extended keeps of its request."""
    worker, reader = stage.client(result_extended=True), stage.reader(result_extended=True)
    task = stage.key()
    worker.store(
        task,
        1,
        "SUCCESS",
        task=EXTENDED["name"],
        args=EXTENDED["args"],
        kwargs=EXTENDED["kwargs"],
        hostname=EXTENDED["worker"],
        retries=EXTENDED["retries"],
        delivery_info={"routing_key": EXTENDED["queue"]},
    )
    reader.fetch(task)


@scenario({B8: attribute_is(CHILDREN, "children")}, layers=("result",))
def children_of_a_task(stage: Stage) -> None:
    """Store a task that has called two others; ask its result for its children."""
    worker, reader = stage.client(), stage.reader()
    task = stage.key()
    worker.store(task, 1, "SUCCESS", _children=[worker.result(child) for child in CHILDREN])
    reader.about(task, "children")


@scenario({B9: both(before(1, reads_see_last_write), errors_are("SecurityError"))}, layers=("result",))
def exceptions_of_a_task(stage: Stage) -> None:
    """Store failures of known and unknown classes; last, one that names a function instead of an exception."""
    worker, reader = stage.client(), stage.reader()
    for error in (KeyError("k", 2), ValueError(), OSError(2, "gone"), UnicodeError("é☃")):
        task = stage.key()
        worker.store(task, error, "FAILURE")
        reader.fetch(task)
    task = stage.key()
    worker.store(task, {"exc_module": "os", "exc_type": "system", "exc_message": ["true"]}, "FAILURE")
    reader.fetch(task)


@scenario({B10: attribute_is(TRACEBACK, "traceback")}, layers=("result",))
def traceback_of_a_task(stage: Stage) -> None:
    """Store a failure with its traceback; ask its result for it."""
    worker, reader = stage.client(), stage.reader()
    task = stage.key()
    worker.store(task, ValueError("no ☃"), "FAILURE", traceback=TRACEBACK)
    reader.about(task, "traceback")


@scenario({B12: both(before(1, reads_see_last_write), errors_are("ContentDisallowed"))}, layers=("result",))
def serializers(stage: Stage) -> None:
    """Store and read with each serializer; last, read what was pickled by a client that accepts JSON alone."""
    for name in ("json", "yaml", "msgpack", "pickle"):
        reader = stage.reader(result_serializer=name, result_accept_content=[name])
        for value in (42, "täxt", [1, 2, {"a": None}], 1.5):
            task = stage.key()
            reader.store(task, value, "SUCCESS")
            reader.fetch(task)
    strict, task = stage.reader(result_serializer="pickle", result_accept_content=["json"]), stage.key()
    stage.client(result_serializer="pickle").store(task, 42, "SUCCESS")
    strict.fetch(task)


@scenario({B15: reads_see_last_write}, layers=("result",))
def forgotten_task(stage: Stage) -> None:
    """Forget a stored task; the client that did, and others that had read it before, ask again."""
    worker, reader = stage.client(), stage.reader()
    task = stage.key()
    worker.store(task, "remember me", "SUCCESS")
    readers = [reader, stage.client()] if "shared" in stage.claims else [reader]
    for each in readers:
        each.fetch(task)
    reader.forget(task)
    for each in readers:
        each.fetch(task)


@scenario({B17: errors_are("ValueError", "ValueError")}, layers=("result",))
def empty_task_ids(stage: Stage) -> None:
    """Ask for the task ids '' and None."""
    reader = stage.reader()
    reader.fetch("")
    reader.fetch(None)


@scenario({B17b: uuids_are_ids}, layers=("result",))
def uuids_as_task_ids(stage: Stage) -> None:
    """Store tasks under a UUID and under its text; ask for each by the other, and forget both."""
    worker, reader = Upkeep.of(stage.client()), Upkeep.of(stage.reader())
    one, other = (UUID(int=stage.random.getrandbits(128), version=4) for _ in range(2))
    worker.store_by_uuid(one, "by its UUID")
    worker.store(str(other), "by its text", "SUCCESS")
    for task in (one, other):
        reader.fetch(str(task))
        reader.fetch_by_uuid(task)
        reader.forget(str(task))
