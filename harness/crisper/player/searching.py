"""Searches for the shortest sequence of steps that is answered wrongly: Hypothesis chooses them, and shortens."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from crisper import history
from crisper.celery.recorder import Call, noted
from crisper.player.stage import SECOND, Stage
from crisper.scenario import Check, Judged


#: What is done, and with which key; a sequence of them is played from the start, with keys that nobody has used.
Step = tuple[str, int]
Play = Callable[[Sequence[Step]], None]

#: Steps of one sequence, and sequences that are tried before there is a wrong one.
LONGEST, SEQUENCES = 12, 100

#: What may be played in a search, and then to make a wrong sequence shorter; choosing takes its own time.
SEARCH_NS, SHRINK_NS = 3 * SECOND // 2, 5 * SECOND

#: Calls of all sequences together.
CALLS = 2000


def search(stage: Stage, steps: Sequence[Step], play: Play, check: Check) -> None:
    """Play sequences of the steps, the simplest first, until the check finds one wrong, and then ever shorter ones.

    What is kept are the calls of the shortest wrong one, if any. The same seed chooses the same sequences.
    """
    # Not before it is needed: it takes a third of a second. Its home is where it can write nothing.
    from hypothesis import HealthCheck, Phase, Verbosity, configuration, find, settings
    from hypothesis import strategies as st
    from hypothesis.errors import NoSuchExample

    configuration.set_hypothesis_home_dir(os.devnull)
    tried = _Tried(stage, steps, play, check)
    effort = settings(
        max_examples=SEQUENCES,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    seed = random.Random(stage.random.random())  # noqa: S311 - reproducible, not secret
    # Two at least, of which the simplest comes first: with one step there is little that can be wrong.
    sequences = st.lists(st.sampled_from(steps), min_size=2, max_size=LONGEST)
    with suppress(NoSuchExample):
        wrong = find(sequences, tried.wrong, settings=effort, random=seed)
        while len(wrong) > 1 and (less := next(filter(tried.wrong, _shorter(wrong)), None)):
            wrong = less
    stage.retain(*tried.shortest)
    stage.observe("searched", sequences=len(tried.known), wrong=sum(tried.known.values()))


def _shorter(steps: Sequence[Step]) -> Iterator[list[Step]]:
    return ([*steps[:place], *steps[place + 1 :]] for place in range(len(steps)))


class _Tried:
    """What was played so far. No sequence is played twice: what is wrong only now and then stays wrong."""

    def __init__(self, stage: Stage, steps: Sequence[Step], play: Play, check: Check) -> None:
        self.known: dict[tuple[Step, ...], bool] = {}
        self.shortest: list[Call] = []
        self._stage, self._play, self._check = stage, play, check
        self._place = {step: place for place, step in enumerate(steps)}
        self._size: tuple[int, list[int]] | None = None
        self._left_ns = SEARCH_NS

    def wrong(self, steps: Sequence[Step]) -> bool:
        """Whether the check finds a sequence wrong; it does not where there is no time left to play it."""
        sequence = tuple(steps)
        left = self._left_ns > 0 and self._stage.recorder.count < CALLS
        if sequence not in self.known and left:
            self._stage.recorder.withdraw()
            started_ns = time.monotonic_ns()
            self._play(sequence)
            self._left_ns -= time.monotonic_ns() - started_ns
            self.known[sequence] = self._judged(sequence, self._stage.recorder.withdraw())
        return self.known.get(sequence, False)

    def _judged(self, sequence: tuple[Step, ...], calls: list[Call]) -> bool:
        played = history.History(
            play=history.Play(scenario="", layer=self._stage.layer, contestant=""),
            started_ns=calls[0].called_ns,
            ended_ns=calls[-1].returned_ns,
            ops=[noted(call) for call in calls],
        )
        contestant = Judged(claims=self._stage.claims, facts={})
        wrong = self._check(played, contestant).word == "fail"
        size = len(sequence), [self._place[step] for step in sequence]
        if wrong and (self._size is None or size < self._size):
            if self._size is None:
                self._left_ns = SHRINK_NS
            self._size, self.shortest = size, calls
        return wrong
