"""Backend objects and results that go through pickle, as multiprocessing sends them."""

from __future__ import annotations

from crisper.checks.lifetimes import accepted_for
from crisper.checks.metadata import attribute_is
from crisper.checks.register import reads_see_last_write
from crisper.checks.together import both
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.settings import F4, F5


LIFE_NS = 1234 * SECOND


@scenario({F4: both(reads_see_last_write, accepted_for(LIFE_NS))}, layers=("kv", "result"))
def pickled_backend(stage: Stage) -> None:
    """Send a backend object through pickle; write with what arrives, and read with the original."""
    original = stage.reader(expires_ns=LIFE_NS)
    arrived, _ = original.pickled()
    if arrived is not None:
        key = stage.key()
        arrived.write(key, b"through pickle")
        original.read(key)
        stage.ttl(original, key)


@scenario({F5: attribute_is("SUCCESS", "pickled state")}, layers=("result",))
def pickled_result(stage: Stage) -> None:
    """Send an AsyncResult through pickle, and ask what arrives for its state."""
    worker, reader = stage.client(), stage.reader()
    task = stage.key()
    worker.store(task, 42, "SUCCESS")
    reader.pickled_result(task)
