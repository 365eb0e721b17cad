"""Searches for the fewest steps that are answered wrongly: Hypothesis chooses them, and shortens."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from crisper import history
from crisper.celery.recorder import Call, noted
from crisper.player.stage import SECOND, Stage
from crisper.scenario import Check, Judged


#: What is done, and with which key; a sequence of them is played from the start, with keys that nobody has used.
Step = tuple[str, int]

#: A sequence for each client.
Sequences = tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Effort:
    """What is tried: so many clients with so many steps each, at least and at most, and what all may cost.

    `tries` sequences are tried before there is a wrong one, each played so many `times`, or until it is wrong; what may
    be shorter is played `again`. Choosing takes its own time, what is played has `search_ns`, and four times that until
    the `fewest` were tried, and then `shrink_ns` to make a wrong one shorter; `calls` are those of all together.
    """

    clients: tuple[int, int] = (1, 1)
    steps: tuple[int, int]
    tries: int
    fewest: int = 0
    times: int = 1
    again: int = 1
    search_ns: int
    shrink_ns: int
    calls: int


#: Two steps at least, of which the simplest comes first: with one step there is little that can be wrong.
ALONE = Effort(steps=(2, 12), tries=100, fewest=25, search_ns=3 * SECOND // 2, shrink_ns=5 * SECOND, calls=2000)

#: What meets only now and then is played more than once.
TOGETHER = Effort(
    clients=(2, 4),
    steps=(1, 4),
    tries=300,
    times=4,
    again=100,
    search_ns=10 * SECOND,
    shrink_ns=10 * SECOND,
    calls=40_000,
)

#: Of the time that there is, what is played again and again has so small a part.
PARTS = 50


def search(stage: Stage, steps: Sequence[Step], play: Callable[[Sequence[Step]], None], check: Check) -> None:
    """Play sequences of the steps, the simplest first, until the check finds one wrong, and then ever shorter ones.

    What is kept are the calls of the shortest wrong one, if any. The same seed chooses the same sequences.
    """
    _search(stage, steps, lambda sequences: play(sequences[0]), check, ALONE)


def search_together(stage: Stage, steps: Sequence[Step], play: Callable[[Sequences], None], check: Check) -> None:
    """Do the same with a sequence for each of two to four clients, which `play` lets them play at the same time.

    One client is left where it alone is answered wrongly.
    """
    _search(stage, steps, play, check, TOGETHER)


def _search(
    stage: Stage, steps: Sequence[Step], play: Callable[[Sequences], None], check: Check, effort: Effort
) -> None:
    # Not before it is needed: it takes a third of a second. Its home is where it can write nothing.
    from hypothesis import HealthCheck, Phase, Verbosity, configuration, find, settings
    from hypothesis import strategies as st
    from hypothesis.errors import NoSuchExample

    configuration.set_hypothesis_home_dir(os.devnull)
    tried = _Tried(stage, steps, play, check, effort)
    quietly = settings(
        max_examples=effort.tries,
        # To shrink it asks for more than can be played again and again.
        phases=[Phase.generate] if effort.again > 1 else [Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    seed = random.Random(stage.random.random())  # noqa: S311 - reproducible, not secret
    (fewest, most), (shortest, longest) = effort.clients, effort.steps
    sequence = st.lists(st.sampled_from(steps), min_size=shortest, max_size=longest).map(tuple)
    sequences = st.lists(sequence, min_size=fewest, max_size=most).map(tuple)
    with suppress(NoSuchExample):
        wrong = find(sequences, tried.wrong, settings=quietly, random=seed)
        while less := next(filter(tried.wrong, _shorter(wrong)), None):
            wrong = less
    stage.retain(*tried.shortest)
    stage.observe("searched", sequences=len(tried.known), wrong=sum(tried.known.values()))


def _shorter(sequences: Sequences) -> Iterator[Sequences]:
    """Yield the same without one client, and with one step less."""
    if len(sequences) > 1:
        yield from (sequences[:number] + sequences[number + 1 :] for number in range(len(sequences)))
    for number, steps in enumerate(sequences):
        before, after = sequences[:number], sequences[number + 1 :]
        for place in range(len(steps) if len(steps) > 1 else 0):
            yield (*before, steps[:place] + steps[place + 1 :], *after)


class _Tried:
    """What was played so far. Nothing is tried twice: what is wrong only now and then stays wrong."""

    def __init__(
        self, stage: Stage, steps: Sequence[Step], play: Callable[[Sequences], None], check: Check, effort: Effort
    ) -> None:
        self.known: dict[Sequences, bool] = {}
        self.shortest: list[Call] = []
        self._stage, self._play, self._check, self._effort = stage, play, check, effort
        self._place = {step: place for place, step in enumerate(steps)}
        self._size: tuple[int, list[list[int]]] | None = None
        self._left_ns = effort.search_ns

    def wrong(self, sequences: Sequences) -> bool:
        """Whether the check finds them wrong; it does not where there is no time left to play them."""
        if sequences not in self.known and self._may_go_on(0):
            shrinking = self._size is not None
            until_ns = self._left_ns - (self._effort.shrink_ns if shrinking else self._effort.search_ns) // PARTS
            times = self._effort.again if shrinking else self._effort.times
            self.known[sequences] = self._played(sequences) or any(
                self._played(sequences) for _ in range(times - 1) if self._may_go_on(until_ns)
            )
        return self.known.get(sequences, False)

    def _may_go_on(self, until_ns: int) -> bool:
        few = self._size is None and len(self.known) < self._effort.fewest
        left_ns = self._left_ns + (3 * self._effort.search_ns if few else 0)
        return left_ns > max(0, until_ns) and self._stage.recorder.count < self._effort.calls

    def _played(self, sequences: Sequences) -> bool:
        self._stage.recorder.withdraw()
        started_ns = time.monotonic_ns()
        self._play(sequences)
        self._left_ns -= time.monotonic_ns() - started_ns
        return self._judged(sequences, self._stage.recorder.withdraw())

    def _judged(self, sequences: Sequences, calls: list[Call]) -> bool:
        played = history.History(
            play=history.Play(scenario="", layer=self._stage.layer, contestant=""),
            started_ns=min(call.called_ns for call in calls),
            ended_ns=max(call.returned_ns for call in calls),
            ops=sorted((noted(call) for call in calls), key=lambda op: op.seq),
        )
        contestant = Judged(claims=self._stage.claims, facts={})
        wrong = self._check(played, contestant).word == "fail"
        size = sum(map(len, sequences)), [[self._place[step] for step in steps] for steps in sequences]
        if wrong and (self._size is None or size < self._size):
            if self._size is None:
                self._left_ns = self._effort.shrink_ns
            self._size, self.shortest = size, calls
        return wrong
