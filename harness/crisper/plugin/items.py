"""One item: it waits for what came of a playing, and reports it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from crisper.errors import HarnessError, RunError
from crisper.gate import ExitCode, Ruling
from crisper.history import Play
from crisper.measurements import Measurement
from crisper.player.plan import Entry
from crisper.player.player import Player
from crisper.plugin import ending
from crisper.plugin.screen import Screen
from crisper.scenario import Scenario


PLAYER = pytest.StashKey[Player]()
SCREEN = pytest.StashKey[Screen]()


class NotKeptError(Exception):
    """A promise was broken, or could not be decided; the text says it all."""


class PlayItem(pytest.Item):
    """One playing of the plan."""

    def __init__(self, *, entry: Entry, **more: Any) -> None:
        super().__init__(**more)
        self.entry = entry
        self.lane = entry.scenario.lane
        self.add_marker(self.lane)
        self.add_marker(entry.play.layer)
        if isinstance(entry.scenario, Scenario):
            self.extra_keyword_matches.update(clause.id for clause in entry.scenario.checks)

    def setup(self) -> None:
        """Wait for the verdicts; what the harness or a server failed in is pytest's "error", not a failure."""
        player, play = self.config.stash[PLAYER], self.entry.play
        try:
            self.config.stash[SCREEN].wait(partial(_over, player, play))
            outcome = player.outcome(play)
        except RunError as error:
            pytest.exit(f"crisper: {error}", returncode=ExitCode.harness_error)
        except HarnessError as error:
            pytest.fail(str(error), pytrace=False)
        rulings = [each for each in outcome if isinstance(each, Ruling)]
        self.user_properties += _properties(self.entry, rulings)
        errors = [_line(each) for each in rulings if each.standing == "error"]
        if errors and not any(each.standing == "nonconformance" for each in rulings):
            pytest.fail("\n".join(errors), pytrace=False)

    def runtest(self) -> None:
        """Report the most telling verdict."""
        outcome = self.config.stash[PLAYER].outcome(self.entry.play)
        rulings = [each for each in outcome if isinstance(each, Ruling)]
        for standing, report in _REPORTS:
            says = [_line(each) for each in rulings if each.standing in standing]
            if says:
                report("\n".join(says))
        if not rulings and not any(isinstance(each, Measurement) for each in outcome):
            pytest.skip(f"no {self.entry.play.layer} layer")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what was found without a traceback: the fault is not in this code, and formatting takes 50 ms."""
        if isinstance(excinfo.value, NotKeptError | pytest.xfail.Exception | pytest.skip.Exception):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Say where the scenario is."""
        return self.path, None, self.name


def _over(player: Player, play: Play, within_s: float) -> bool:
    ending.expect_untold()
    return player.over(play, within_s)


def _properties(entry: Entry, rulings: list[Ruling]) -> list[tuple[str, object]]:
    play = entry.play
    about = [("scenario", play.scenario), ("layer", play.layer), ("contestant", play.contestant)]
    found = [
        (name, value)
        for each in rulings
        for name, value in (
            ("clause", each.verdict.clause),
            (f"{each.verdict.clause}.level", each.verdict.level),
            (f"{each.verdict.clause}.verdict", each.verdict.finding.word),
            (f"{each.verdict.clause}.standing", each.standing),
        )
    ]
    return [*about, *found]


def _line(ruling: Ruling) -> str:
    return f"{ruling.verdict.clause} {ruling.verdict.finding.word}: {ruling.says}"


def _not_kept(text: str) -> None:
    raise NotKeptError(text)


_REPORTS = (
    (("nonconformance", "error", "inconclusive"), _not_kept),
    (("known", "reported"), pytest.xfail),
    (("skipped",), pytest.skip),
)
