"""What only a whole run can say: which known deviations are stale, and which are missing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from crisper import deviations, registry
from crisper.errors import RunError, UsageError
from crisper.gate import Ruling
from crisper.history import Play
from crisper.player.plan import Plan
from crisper.player.player import Player
from crisper.proposal import proposal
from crisper.scenario import Scenario
from crisper.sightings import stale


class Whole:
    """A plan beside all that is declared: it is whole where every scenario of each lane in it is played by everyone.

    So a lane may be left out, backends may be chosen, and the profile; whatever else leaves something out is a filter.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        planned = [each.scenario for each in plan.entries if isinstance(each.scenario, Scenario)]
        self._scenarios = {each.id: each for each in [*_declared(), *planned]}
        self._played = {each.id for each in planned}
        lanes = {each.lane for each in planned}
        self._entire = [
            Play(scenario=each.id, layer=layer, contestant=name)
            for each in self._scenarios.values()
            if each.lane in lanes and not (each.full and plan.profile == "quick")
            for layer in each.layers
            for name in plan.options
        ]

    @property
    def lacking(self) -> list[Play]:
        """The playings that were left out."""
        planned = {each.play for each in self._plan.entries}
        return [play for play in self._entire if play not in planned]

    def expect(self, config: pytest.Config) -> None:
        """Raise UsageError unless the run is whole."""
        left_out = self.lacking
        filtered = bool(config.option.keyword) or bool(getattr(config.option, "lf", False))
        if left_out or filtered or not self._entire:
            named = f", {left_out[0]} for one" if left_out else ""
            message = f"--update-deviations needs a whole run: {len(left_out)} playings are left out{named}"
            raise UsageError(message, hint="drop -k, --lf, --deselect and single files; --backend may stay")

    def stale(self, player: Player) -> list[str]:
        """Return what is wrong with deviations that nothing was found for; nothing where the run was filtered."""
        if self.lacking or not self._entire:
            return []
        declared = {each.id: [clause.id for clause in each.checks] for each in self._scenarios.values()}
        verdicts = [each.verdict for each in player.rulings]
        today = dt.datetime.now(tz=dt.UTC).date()
        lines = [
            line
            for name in self._plan.contestants
            for line in stale(player.info(name), verdicts, declared=declared, played=self._played, today=today)
        ]
        return [*self._orphans(), *lines]

    def propose(self, run: Path, rulings: list[Ruling], found: list[str]) -> Path:
        """Write the proposal beside a Run, and return where it is.

        Raises RunError where the disk refuses it.
        """
        files = {name: str(each.deviations) for name, each in self._plan.backends.items() if each.deviations}
        target = run.with_suffix("") / "deviations.toml"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(proposal(run.stem, rulings, files=files, stale=found), encoding="utf-8")
        except OSError as error:
            message = f"cannot write {target}: {error.strerror}"
            raise RunError(message) from error
        return target

    def _orphans(self) -> list[str]:
        names = {*registry.backend_names(), *self._plan.options}
        files = {each.deviations for each in self._plan.backends.values() if each.deviations}
        return [
            f"{each.place} names the backend {each.backend!r}, which nobody declares: change or delete it"
            for file in sorted(files)
            for each in deviations.all_of(file)
            if each.backend not in names
        ]


def _declared() -> list[Scenario]:
    return [each for each in registry.scenarios().values() if isinstance(each, Scenario)]
