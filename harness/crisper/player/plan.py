"""What is going to be played: every scenario against every contestant, before anything starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crisper.backends import Backend
from crisper.clauses import Clause, natural
from crisper.history import Play
from crisper.judging import lacks_layer
from crisper.player.stage import SECOND
from crisper.runs import ScenarioInfo
from crisper.scenario import Profile, Scenario, Workload


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One cell of the plan, and the file that its scenario came from."""

    play: Play
    scenario: Scenario | Workload
    source: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All entries, and the contestants as the user named them."""

    entries: list[Entry]
    backends: dict[str, Backend]
    options: dict[str, str]
    seed: int
    profile: Profile
    images: dict[str, str] = field(default_factory=dict)
    destructive: bool = False
    strict: bool = False

    def of(self, contestant: str) -> list[Entry]:
        """Return one contestant's entries, in order."""
        return [entry for entry in self.entries if entry.play.contestant == contestant]

    @property
    def contestants(self) -> list[str]:
        """The contestants that have something to play."""
        return list(dict.fromkeys(entry.play.contestant for entry in self.entries))

    def needs_workers(self, contestant: str) -> bool:
        """Whether a contestant has something to play that real workers take part in."""
        claims = self.backends[contestant].claims
        return not lacks_layer("task", claims) and any(each.play.layer == "task" for each in self.of(contestant))

    def scenarios(self) -> list[ScenarioInfo]:
        """Return what a Run keeps of the scenarios."""
        return [_info(each) for each in _unique(entry.scenario for entry in self.entries)]

    def clauses(self) -> list[Clause]:
        """Return the clauses that the scenarios decide, in the order of their ids."""
        found = {
            clause.id: clause
            for entry in self.entries
            if isinstance(entry.scenario, Scenario)
            for clause in entry.scenario.checks
        }
        return sorted(found.values(), key=natural)


def _unique(scenarios: Iterable[Scenario | Workload]) -> list[Scenario | Workload]:
    return list({each.id: each for each in scenarios}.values())


def _info(scenario: Scenario | Workload) -> ScenarioInfo:
    if isinstance(scenario, Workload):
        return ScenarioInfo(
            id=scenario.id,
            sentence=scenario.sentence,
            clauses=list(scenario.promises),
            lane=scenario.lane,
            budget_ops=0,
            budget_ns=0,
        )
    return ScenarioInfo(
        id=scenario.id,
        sentence=scenario.sentence,
        clauses=[clause.id for clause in scenario.checks],
        lane=scenario.lane,
        budget_ops=scenario.ops,
        budget_ns=scenario.seconds * SECOND,
    )
