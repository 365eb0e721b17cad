"""Real workers do tasks, and whoever sent them is told."""

from __future__ import annotations

from crisper.checks.tasks import answers_arrive, started_is_seen
from crisper.checks.together import both
from crisper.player.stage import SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.working import I1, I2, I3, I7


#: Long enough to be looked at, 25 ms apart, on a machine that does twenty other things.
NAP_NS = 3 * SECOND // 2


@scenario({I1: answers_arrive}, layers=("task",), seconds=60)
def plain_tasks(stage: Stage) -> None:
    """Send a solo and a prefork worker tasks that return a text, a nested document and None, and one that fails."""
    callers = [stage.caller("solo"), stage.caller("prefork")]
    for value in ("hé☃😀", {"list": [1, 2.5, None, True], "empty": {}}, None):
        for caller, sent in [(caller, caller.send(stage.key(), "echo", value)) for caller in callers]:
            caller.answer(sent)
    for caller, sent in [(caller, caller.send(stage.key(), "fail", "no such luck")) for caller in callers]:
        caller.answer(sent)


@scenario({I2: both(answers_arrive, started_is_seen)}, layers=("task",), seconds=60, ops=400)
def tracked_tasks(stage: Stage) -> None:
    """Have a solo and a prefork worker do a task with track_started; ask for its state until it is final, then wait."""
    for caller in (stage.caller("solo"), stage.caller("prefork")):
        sent = caller.send(stage.key(), "tracked", NAP_NS, "worked")
        caller.states(sent)
        caller.answer(sent)


@scenario({I3: answers_arrive}, layers=("task",), seconds=90)
def retried_tasks(stage: Stage) -> None:
    """Send tasks that are retried once, by autoretry_for and by self.retry, and some whose retries run out."""
    callers = [stage.caller("solo"), stage.caller("prefork")]
    sent = [
        (caller, caller.send(stage.key(), task, hiccups, "at last"))
        for task in ("autoretried", "retried")
        for hiccups in (1, 9)
        for caller in callers
    ]
    for caller, each in sent:
        caller.answer(each)


@scenario({I7: answers_arrive}, layers=("task",), seconds=60)
def groups_of_tasks(stage: Stage) -> None:
    """Send a group of ten tasks to a solo and a prefork worker; all values come back, in the order of the group."""
    for caller in (stage.caller("solo"), stage.caller("prefork")):
        caller.answer(caller.send_group("echo", {key: f"member {key[-2:]}" for key in stage.keys(10)}))
