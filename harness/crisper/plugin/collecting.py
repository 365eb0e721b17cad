"""Collection: scenario files become items, one for each layer and contestant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crisper import registry
from crisper.backends import Backend
from crisper.errors import HarnessError
from crisper.history import Play
from crisper.player.plan import Entry
from crisper.plugin import options
from crisper.plugin.items import PlayItem
from crisper.scenario import Scenario, declared_in


REFUSED = pytest.StashKey[str]()
ASKED = pytest.StashKey[dict[str, tuple[str, Backend]]]()
REFUSED = pytest.StashKey[str]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the files of declared scenario packages, and any other file called scenario_*.py."""
    declared = file_path.parent in registry.scenario_folders()
    if file_path.suffix == ".py" and (declared or file_path.name.startswith("scenario_")):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the plan: what is waited for longest begins first, measurements come last.

    Raises pytest.UsageError for what was found wrong on the way: raised within a file, it would be that file's error.
    """
    if REFUSED in config.stash:
        raise pytest.UsageError(config.stash[REFUSED])
    lanes = ("watch", "play", "alone", "measure")
    items.sort(key=lambda item: lanes.index(item.lane) if isinstance(item, PlayItem) else -1)


class ScenarioFile(pytest.File):
    """A file of scenarios."""

    def collect(self) -> Iterator[PlayItem]:
        """Yield an item for each scenario, layer and contestant; nothing once something asked for cannot be done."""
        if REFUSED in self.config.stash:
            return
        try:
            quick = self.config.option.profile == "quick"
            declared = declared_in(registry.module(self.path))
            scenarios = [each for each in declared if not (quick and isinstance(each, Scenario) and each.full)]
            contestants = _asked(self.config) if scenarios else {}
        except HarnessError as error:
            self.config.stash[REFUSED] = f"crisper: {error}"
            return
        for scenario in scenarios:
            for layer in scenario.layers if isinstance(scenario, Scenario) else (scenario.layer,):
                for name in contestants:
                    play = Play(scenario=scenario.id, layer=layer, contestant=name)
                    entry = Entry(play=play, scenario=scenario, source=str(self.path))
                    label = f"{scenario.id}[{layer}-{name}]"
                    yield PlayItem.from_parent(self, name=label, nodeid=f"{self.nodeid}::{label}", entry=entry)


def _asked(config: pytest.Config) -> dict[str, tuple[str, Backend]]:
    if ASKED not in config.stash:
        config.stash[ASKED] = options.backends(config)
    return config.stash[ASKED]
