"""What results are made of on the way: serializers that differ, errors that cannot be serialized, compression."""

from __future__ import annotations

from typing import Any

from crisper.celery.upkeep import Upkeep
from crisper.checks.encoding import compressed_or_warned, named_at_least, right_or_refused
from crisper.player.overhearing import warnings_of
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.results import B11, B13, B14


SERIALIZERS = ["json", "yaml", "msgpack", "pickle"]


@scenario({B11: named_at_least}, layers=("result",))
def unserializable_errors(stage: Stage) -> None:
    """Store failures whose arguments neither pickle nor JSON can hold."""
    for name in ("pickle", "json"):
        client = stage.reader(result_serializer=name, result_accept_content=[name])
        task = stage.key()
        client.store(task, RuntimeError("no luck", lambda: None), "FAILURE")
        client.fetch(task)


@scenario({B13: right_or_refused}, layers=("result",))
def foreign_serializers(stage: Stage) -> None:
    """Store by each of four serializers, and read by each of the others, which accept all of them."""
    conf: dict[str, Any] = {
        name: {"result_serializer": name, "result_accept_content": SERIALIZERS} for name in SERIALIZERS
    }
    workers = {name: stage.client(**conf[name]) for name in SERIALIZERS}
    for name in SERIALIZERS:
        reader = stage.reader(**conf[name])
        for other in SERIALIZERS:
            if other != name:
                task = stage.key()
                workers[other].store(task, ["täxt", {"a": None, "b": 1.5}], "SUCCESS")
                reader.fetch(task)


@scenario({B14: compressed_or_warned}, layers=("result",))
def compressed_results(stage: Stage) -> None:
    """Store by a client with result_compression and by one without; each reads what the other has stored."""
    plain = Upkeep.of(stage.reader())
    with warnings_of(stage):
        compressing = stage.client(result_compression="gzip")
    value = "täxt-" * 2000
    for worker in (compressing, plain):
        task = stage.key()
        worker.store(task, value, "SUCCESS")
        plain.fetch(task)
        if "kv" in stage.claims:
            plain.stored_size(task)
