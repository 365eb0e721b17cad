from __future__ import annotations

import pytest

from crisper.checks.faults import SECOND
from crisper.checks.restarts import as_if_never_restarted
from crisper.history import History, Observation, Op, Play
from crisper.scenario import Judged


NOBODY = Judged(claims=frozenset({"autoexpire"}), facts={})

#: Every key here is written at 0 s to live 10 s; restarts are at 5 s and at 12 s, and each takes one.
LIFE, RESTARTS = 10, (5, 12)


def lived(*reads: tuple[float, bool], restarts=RESTARTS, took: float = 0.0) -> tuple[str, str]:
    """Judge one key that was read at these seconds, and was there or not; `took` is how long its write took."""
    about = {"process": 1, "client": "client-1", "layer": "kv", "keys": ["k"]}
    ops = [
        Op(seq=1, call="set", input="v", expires_ns=LIFE * SECOND, called_ns=0, returned_ns=int(took * SECOND), **about)
    ]
    for seq, (at, there) in enumerate(reads, 2):
        at_ns = int(at * SECOND)
        ops.append(Op(seq=seq, call="get", output="v" if there else None, called_ns=at_ns, returned_ns=at_ns, **about))
    return judged(ops, restarts)


def judged(ops: list[Op], restarts=RESTARTS) -> tuple[str, str]:
    observations = [
        Observation(
            kind="fault",
            at_ns=0,
            data={
                "what": "restarted",
                "began_ns": at * SECOND,
                "ended_ns": at * SECOND,
                "recovered_ns": (at + 1) * SECOND,
            },
        )
        for at in restarts
    ]
    play = Play(scenario="s", layer="kv", contestant="c")
    history = History(play=play, started_ns=0, ended_ns=30 * SECOND, ops=ops, observations=observations)
    finding = as_if_never_restarted(history, NOBODY)
    return finding.word, finding.because


def test_a_life_as_promised_is_kept():
    """A key that is there until its time has come, and never after, was not touched by restarts."""
    word, because = lived((9.9, True), (10.1, False), (13.5, False))

    assert "pass" == word
    assert because.endswith("set to 10 s, seen for 9.9 s, missing after 10.1 s, restarts after 5 s and 12 s")


def test_a_shortened_life_is_found():
    """A key that is missing after the first restart, before its time, was lost by it."""
    assert "gone early" in lived((4.9, True), (6.1, False), (13.5, False))[1]
    assert "fail" == lived((4.9, True), (6.1, False), (13.5, False))[0]


def test_a_lengthened_life_is_found():
    """A key that is readable more than a second after its time was given a longer life."""
    word, because = lived((9.9, True), (11.5, True), (25, True))

    assert ("fail", True) == (word, "outlived their time" in because)


def test_a_revived_key_is_found():
    """A key that was missing, and is there after the second restart, was revived."""
    word, because = lived((9.9, True), (10.1, False), (13.5, True))

    assert ("fail", True) == (word, "there again after a restart" in because)


@pytest.mark.parametrize(
    "reads",
    [
        [(5.5, True), (10.1, False)],  # the last look lies long before the end
        [(9.9, True), (11.2, False)],  # the first look after the end comes late
        [(9.9, True)],  # nobody looked after the end
        [(10.5, False)],  # nobody looked before it
    ],
)
def test_what_nobody_saw_is_undecided(reads):
    """Where the looks lie too far from the end, nothing is decided."""
    assert "unknown" == lived(*reads)[0]


def test_a_slow_restart_decides_nothing():
    """A server that was not back before the end can have shown nothing of whether the key was still there."""
    assert "unknown" == lived((9.9, True), (10.1, False), restarts=(9.5, 12))[0]


def test_a_slow_write_is_no_early_end():
    """A life begins somewhere between the call of the write and its return."""
    assert "pass" == lived((10.2, True), (10.9, False), took=0.5)[0]


def test_a_rehearsal_does_not_count():
    """A restart before the key was written is none of its life."""
    assert "pass" == lived((9.9, True), (10.1, False), restarts=(-5, 5, 12))[0]
    assert "unknown" == lived((9.9, True), (10.1, False), restarts=(-5, 5))[0]


def test_one_restart_is_not_enough():
    """Without a restart before the end and one after it, nothing can be said."""
    assert "unknown" == lived((9.9, True), (10.1, False), restarts=(5,))[0]
    assert "unknown" == judged([])[0]
