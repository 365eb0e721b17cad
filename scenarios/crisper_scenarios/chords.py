"""Chords: with real workers, and counted by hand."""

from __future__ import annotations

from typing import Any

from crisper.celery.chords import Conductor
from crisper.checks.chords import (
    bodies_are_told,
    chords_come_to_their_end,
    counted_once,
    counts_live_by_their_own,
    polling_ends,
)
from crisper.player.stage import LONG_NS, SECOND, Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.expiry import C9
from crisper_scenarios.clauses.groups import D5, D6, D7
from crisper_scenarios.clauses.working import I8


#: A header is waited for no longer, where a backend believes that it is complete.
JOIN_S = 0.5


@scenario({D5: chords_come_to_their_end, I8: bodies_are_told}, layers=("task",), seconds=90)
def chords_of_tasks(stage: Stage) -> None:
    """Send a solo and a prefork worker chords at once: of 1, 2, 10 and no tasks, with a group in it, with a failure."""
    callers = [stage.caller("solo"), stage.caller("prefork")]
    headers: list[list[object]] = [
        ["a"],
        ["a", "b"],
        list(range(10)),
        [],
        ["a", ["b", "c"]],
        ["a", {"fail": "bad luck"}],
    ]
    sent = [(caller, caller.send_chord(stage.key(), header)) for header in headers for caller in callers]
    for caller, each in sent:
        if each is not None:
            caller.answer(each)


@scenario({D6: counted_once}, layers=("result",))
def parts_delivered_twice(stage: Stage) -> None:
    """Return the parts of a chord of three, the first twice at once, and the last again when the body was sent."""
    conductor, body, header = _conductor(stage)
    for task in (header[0], *header, header[-1]):
        conductor.finish(task, f"of {task}")
        conductor.bodies(body)
    conductor.fetch(body)


@scenario({D7: polling_ends}, layers=("result",))
def polled_chords(stage: Stage) -> None:
    """Poll for a chord of three as its fallback does: after each part; and for one of which a part has failed."""
    conductor, body, header = _conductor(stage)
    conductor.unlock(body)
    for task in header:
        conductor.finish(task, f"of {task}")
        conductor.unlock(body)
    conductor.bodies(body)
    conductor, body, header = _conductor(stage)
    for task in header[1:]:
        conductor.finish(task, f"of {task}")
    conductor.fail(header[0], ValueError("bad luck"))
    conductor.unlock(body)
    conductor.fetch(body)


@scenario({C9: counts_live_by_their_own}, layers=("result",), lane="watch")
def chord_lifetimes(stage: Stage) -> None:
    """Return a chord's last part when results have expired and chords have not, and the other way round."""
    short_ns, long_ns = max(2 * SECOND, stage.facts.shortest_expiry_ns), 3600 * SECOND
    chords = []
    for expires_ns, chord_ns in ((short_ns, long_ns), (long_ns, short_ns)):
        conductor, body, header = _conductor(stage, expires_ns=expires_ns, result_chord_expires=chord_ns // SECOND)
        conductor.finish(header[0], "early")
        chords.append((conductor, body, header))
    stage.pause(short_ns + 1.5 * SECOND)
    for conductor, body, header in chords:
        for task in header[1:]:
            conductor.finish(task, "late")
        conductor.bodies(body)


def _conductor(stage: Stage, *, expires_ns: int = LONG_NS, **conf: Any) -> tuple[Conductor, str, list[str]]:
    body, *header = stage.keys(4)
    conf |= {"task_default_queue": body, "result_chord_join_timeout": JOIN_S}
    conductor = Conductor.of(stage.client(expires_ns=expires_ns, **conf))
    conductor.begin(body, header)
    return conductor, body, header
