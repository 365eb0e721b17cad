"""Real workers do tasks that do not simply return."""

from __future__ import annotations

from dataclasses import dataclass

from crisper.celery.caller import PATIENCE_NS, Caller, Sent
from crisper.checks.endings import (
    failing_link_is_told,
    ignored_is_not_stored,
    results_are_handed_on,
    revoked_is_told,
    success_stays,
    too_large_is_told,
)
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.working import I4, I5, I6, I9, I10, I11


MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Odd:
    """What one worker was sent first: `inner` is the task that another handed on, `twice` the one to be sent again."""

    caller: Caller
    ignored: Sent
    awaited: list[Sent]
    inner: str
    twice: str


@scenario(
    {
        I4: too_large_is_told,
        I5: ignored_is_not_stored,
        I6: revoked_is_told,
        I9: failing_link_is_told,
        I10: results_are_handed_on,
        I11: success_stays,
    },
    layers=("task",),
    seconds=120,
)
def odd_tasks(stage: Stage) -> None:
    """Send a solo and a prefork worker tasks that end in other ways than by a value of their own.

    One is ignored, one expired, one a chain that fails in the middle, one hands on the result of another, one is
    delivered once more and fails then; the last returns a byte more than the documented limit, or else a mebibyte.
    """
    odds = [_begun(stage, stage.caller(pool)) for pool in ("solo", "prefork")]
    for odd in odds:
        for sent in odd.awaited:
            odd.caller.answer(sent)
        if "shared" in stage.claims:
            odd.caller.wait(odd.inner, timeout_ns=PATIENCE_NS)
    large = [_delivered_again(stage, odd) for odd in odds]
    for odd, sent in zip(odds, large, strict=True):
        odd.caller.answer(sent)
    last = [odd.caller.send(stage.key(), "echo", "still there") for odd in odds]
    for odd, sent in zip(odds, last, strict=True):
        # When this one is answered, all that were sent before are done with.
        odd.caller.answer(sent)
        odd.caller.wait(odd.twice, timeout_ns=PATIENCE_NS)
        odd.caller.state(odd.ignored)


def _begun(stage: Stage, caller: Caller) -> Odd:
    inner, twice = stage.keys(2)
    ignored = caller.send(stage.key(), "ignored", "nobody's")
    awaited = [
        caller.send(stage.key(), "echo", "never", expired=True),
        caller.send_chain(stage.key(), "bad luck"),
        caller.send(stage.key(), "handed_on", inner, "handed on"),
        caller.send(twice, "echo", "first"),
    ]
    return Odd(caller=caller, ignored=ignored, awaited=awaited, inner=inner, twice=twice)


def _delivered_again(stage: Stage, odd: Odd) -> Sent:
    odd.caller.send(odd.twice, "fail", "too late")
    return odd.caller.send(stage.key(), "large", (stage.facts.largest_value_bytes or MIB) + 1)
