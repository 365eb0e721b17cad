"""How a scenario is declared: a script that plays clauses and never asserts, and the checks that judge it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from crisper.backends import Shape
from crisper.clauses import Capability, Clause, Layer
from crisper.history import History
from crisper.verdicts import Finding


if TYPE_CHECKING:
    from crisper.player.bench import Bench
    from crisper.player.stage import Stage

Lane = Literal["watch", "play", "alone", "measure"]

#: How much is played.
Profile = Literal["quick", "full"]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a check may know of the contestant: its claims and documented facts, never its name."""

    celery: str = ""
    claims: frozenset[Capability]
    facts: Mapping[str, int | None]


Check = Callable[[History, Judged], Finding]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A script for one or a few clauses; `checks` says which check decides which clause.

    `ops` and `seconds` are the most that one playing may cost; the watchdog ends it beyond that. In the lane `alone`
    each playing has a server for itself, which it may break; a `durable` one keeps its data over a restart, and one of
    a `cluster` is a node among others. One that `spoils` its server leaves it in a state that nobody else could play
    on. One that is `full` is left out of the profile `quick`.
    """

    id: str
    sentence: str
    script: Callable[[Stage], None]
    layers: tuple[Layer, ...]
    checks: Mapping[Clause, Check]
    lane: Lane
    ops: int
    seconds: int
    durable: bool = False
    cluster: Shape | None = None
    spoils: bool = False
    full: bool = False

    @property
    def promises(self) -> tuple[str, ...]:
        """The ids of the clauses that it decides."""
        return tuple(clause.id for clause in self.checks)


@dataclass(frozen=True, kw_only=True)
class Workload:
    """An operation to be timed; `prepare` returns the call to time, which takes the number of the call.

    `promises` are the ids of the clauses without which a number for it means nothing.
    """

    id: str
    sentence: str
    prepare: Callable[[Bench], Callable[[int], object]]
    layer: Layer
    promises: tuple[str, ...]
    sizes: tuple[int, ...]
    lane: Lane = "measure"


def scenario(  # noqa: PLR0913 - a declaration: each is a fact of its own, named by whoever it concerns
    checks: Mapping[Clause, Check],
    *,
    layers: tuple[Layer, ...],
    lane: Lane = "play",
    ops: int = 200,
    seconds: int = 60,
    durable: bool = False,
    cluster: Shape | None = None,
    spoils: bool = False,
    full: bool = False,
) -> Callable[[Callable[[Stage], None]], Scenario]:
    """Declare the decorated script a Scenario: its name is the id, its docstring the sentence."""

    def declare(script: Callable[[Stage], None]) -> Scenario:
        return Scenario(
            id=script.__name__,
            sentence=_sentence(script),
            script=script,
            layers=layers,
            checks=checks,
            lane=lane,
            ops=ops,
            seconds=seconds,
            durable=durable,
            cluster=cluster,
            spoils=spoils,
            full=full,
        )

    return declare


def workload(
    *, layer: Layer, promises: tuple[str, ...], sizes: tuple[int, ...] = (100, 10_240)
) -> Callable[[Callable[[Bench], Callable[[int], object]]], Workload]:
    """Declare the decorated function a Workload; sizes are bytes of one value."""

    def declare(prepare: Callable[[Bench], Callable[[int], object]]) -> Workload:
        return Workload(
            id=prepare.__name__.rstrip("_"),
            sentence=_sentence(prepare),
            prepare=prepare,
            layer=layer,
            promises=promises,
            sizes=sizes,
        )

    return declare


def declared_in(module: ModuleType) -> list[Scenario | Workload]:
    """Return the scenarios and workloads that a module declares, in its order."""
    return [each for each in vars(module).values() if isinstance(each, Scenario | Workload)]


def _sentence(function: Callable[..., object]) -> str:
    text = inspect.getdoc(function)
    if not text:
        message = f"the scenario {function.__name__} needs a docstring: it is the sentence that reports show"
        raise TypeError(message)
    return text.partition("\n\n")[0].replace("\n", " ")
