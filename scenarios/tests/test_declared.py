from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

import pytest
from celery.backends.cache import _DUMMY_CLIENT_CACHE

from crisper import registry
from crisper.celery.client import connect
from crisper.clauses import Clause
from crisper.player.bench import Bench, timed
from crisper.scenario import Scenario, Workload, declared_in
from crisper_scenarios import clauses, speed


DECLARED = [
    each
    for folder in registry.scenario_folders()
    for file in sorted(folder.glob("*.py"))
    for each in declared_in(registry.module(file))
]
SCENARIOS = [each for each in DECLARED if isinstance(each, Scenario)]
WORKLOADS = [each for each in DECLARED if isinstance(each, Workload)]
CLAUSES = {
    each.id: each
    for found in pkgutil.iter_modules(clauses.__path__)
    for each in vars(importlib.import_module(f"{clauses.__name__}.{found.name}")).values()
    if isinstance(each, Clause)
}

#: What each operation leaves behind of its own keys, when three calls were made and undone.
LEAVES = {"set": 0, "get": 100, "mget_100": 100, "delete": 250, "store": 0, "fetch": 100}


def test_an_id_names_one_thing():
    """No two scenarios or workloads share an id: a Run could not tell them apart."""
    assert [] == [name for name, count in Counter(each.id for each in DECLARED).items() if count > 1]


def test_every_promise_is_played():
    """No clause is declared that nobody plays."""
    assert set(CLAUSES) == {clause.id for each in SCENARIOS for clause in each.checks}


def test_what_is_not_played_says_so_truly():
    """A promise that is told to be played by nobody is; it is a sentence with a source, and there is a reason."""
    silent = {each.clause.id: each for each in registry.unplayed()}

    assert set() == set(silent) & set(CLAUSES)
    assert [] == [name for name, each in silent.items() if each.clause.sentence[-1] != "." or not each.clause.source]
    assert [] == [name for name, each in silent.items() if not each.because]


def test_a_number_stands_on_promises_that_are_played():
    """What a workload's number depends on is decided in the same Run, at the layer that it plays or at any."""
    assert set() == {promise for each in WORKLOADS for promise in each.promises} - set(CLAUSES)


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=list(CLAUSES))
def test_a_clause_is_a_sentence_with_a_source(clause):
    """A clause says what is promised in one sentence, and where that is written."""
    assert (".", True) == (clause.sentence[-1], bool(clause.source))


@pytest.mark.parametrize("workload", declared_in(speed), ids=lambda workload: workload.id)
def test_an_operation_works_and_is_undone(workload):
    """Every operation that is timed succeeds, and leaves no more than the keys that it reads."""
    name = f"declared-{workload.id}"
    stand = Bench(connect("cache+memory://", expires_ns=None), workload.layer, name, b"value")
    stand.call = workload.prepare(stand)
    _, failures = timed(stand.call, first=0, calls=3, limit_ns=10**9)
    for after in filter(None, (stand.undo, stand.tidy)):
        for number in range(3):
            after(number)

    assert ([], LEAVES[workload.id]) == (failures, sum(name in str(key) for key in _DUMMY_CLIENT_CACHE))
