from __future__ import annotations

import msgspec
import pytest

from crisper.history import Play
from crisper.player.plan import Entry, Plan
from crisper.scenario import declared_in, scenario, workload


@pytest.fixture
def declared(made):
    """Return a function that declares a scenario of some clauses."""

    def declare(name, *clauses):
        def script(stage):
            """Keep it.

            The rest is for whoever reads the code.
            """

        script.__name__ = name
        checks = {msgspec.structs.replace(made.CLAUSE, id=each): None for each in clauses}
        return scenario(checks, layers=("kv",), ops=7, seconds=3)(script)

    return declare


@workload(layer="kv", promises=("A1",))
def set_(bench):
    """Write."""


def planned(*cells):
    entries = [
        Entry(play=Play(scenario=each.id, layer="kv", contestant=name), scenario=each, source="x.py")
        for each, name in cells
    ]
    return Plan(entries=entries, backends={}, options={}, seed=1, profile="quick")


def test_a_declaration_takes_its_words_from_the_script(declared):
    """A scenario's id is its script's name, its sentence the first of the docstring."""
    one = declared("kept", "A1")

    assert ("kept", "Keep it.", "play", 7, 3) == (one.id, one.sentence, one.lane, one.ops, one.seconds)


def test_a_script_without_a_sentence_is_refused(made):
    """What reports would have nothing to say of cannot be declared."""
    with pytest.raises(TypeError, match="needs a docstring"):
        scenario({made.CLAUSE: None}, layers=("kv",))(lambda _: None)


def test_a_workload_may_be_named_as_a_builtin_is():
    """The trailing underscore that keeps a name apart from a builtin is not part of the id."""
    assert ("set", "measure") == (set_.id, set_.lane)


def test_a_module_declares_in_its_order(declared):
    """Scenarios are found in the order in which they stand in their file."""
    module = type("module", (), {"b": declared("b", "A1"), "other": 1, "a": declared("a", "A1")})

    assert ["b", "a"] == [each.id for each in declared_in(module)]


def test_a_contestant_has_its_own_entries(declared):
    """A plan is divided by contestants, each in the order of the plan."""
    one, other = declared("one", "A1"), declared("other", "A1")
    plan = planned((one, "redis"), (one, "memory"), (other, "redis"))

    assert (["redis", "memory"], ["one", "other"]) == (
        plan.contestants,
        [entry.play.scenario for entry in plan.of("redis")],
    )


def test_a_plan_describes_each_scenario_once(declared):
    """What a Run keeps of a scenario does not depend on how many play it; a workload has promises and no budget."""
    plan = planned((declared("one", "A1"), "redis"), (set_, "redis"), (set_, "memory"))

    assert [("one", ["A1"], "play", 7, 3 * 10**9), ("set", ["A1"], "measure", 0, 0)] == [
        (each.id, each.clauses, each.lane, each.budget_ops, each.budget_ns) for each in plan.scenarios()
    ]


def test_clauses_come_in_the_order_of_their_numbers(declared):
    """A10 comes after A2, and each clause once."""
    plan = planned((declared("one", "B1", "A10", "A2"), "redis"), (declared("other", "A2"), "redis"))

    assert ["A2", "A10", "B1"] == [each.id for each in plan.clauses()]


def test_anybodys_clause_may_have_any_id(declared):
    """Whoever declares a clause of their own may name it as they like."""
    assert ["X", "our-1"] == [each.id for each in planned((declared("one", "our-1", "X"), "redis")).clauses()]
