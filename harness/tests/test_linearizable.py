from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from crisper.checks.answers import MISSING, same
from crisper.checks.linearizable import linearizable
from crisper.checks.orders import NEVER_NS, Event, ordered
from crisper.checks.window import smallest


SECOND = 1_000_000_000
FEW = settings(max_examples=150, deadline=None, database=None, phases=[Phase.generate])


@pytest.fixture
def judge(made):
    """Return a function that judges calls, each with the moments of its start and its end."""

    def judged(*calls, **more):
        ops = [
            made.op(seq, call, *keys, client=f"client-{seq}", called_ns=start, returned_ns=end, **about)
            for seq, (start, end, call, keys, about) in enumerate(calls, 1)
        ]
        return linearizable(replace(made.history(*ops), ended_ns=9 * SECOND), made.judged(), **more)

    return judged


def wrote(start, end, value, key="k", **more):
    return start, end, "set", [key], {"input": value, **more}


def read(start, end, value, key="k", **more):
    return start, end, "get", [key], {"output": value, **more}


def removed(start, end, key="k", **more):
    return start, end, "delete", [key], more


LOST = {"outcome": "unknown", "error": "TimeoutError"}
BRIEF = {"expires_ns": 1000}

LEGAL = {
    "one after another": [wrote(0, 1, 1), read(2, 3, 1), wrote(4, 5, 2), read(6, 7, 2)],
    "old or new while it is written": [wrote(0, 1, 1), wrote(2, 9, 2), read(3, 4, 1), read(5, 6, 2), read(10, 11, 2)],
    "two writers, in the order that is read": [wrote(0, 9, 1), wrote(0, 9, 2), read(10, 11, 1)],
    "and in the other": [wrote(0, 9, 1), wrote(0, 9, 2), read(10, 11, 2)],
    "read before the write has come back": [wrote(0, 9, 1), read(2, 3, 1)],
    "gone while it is removed": [wrote(0, 1, 1), removed(2, 9), read(3, 4, 1), read(5, 6, None)],
    "written while it is removed": [wrote(0, 1, 1), removed(2, 9), wrote(2, 9, 2), read(10, 11, None)],
    "a write that was lost": [wrote(0, 1, 1), wrote(2, 3, 2, **LOST), read(4, 5, 1)],
    "a write that was lost, and arrives late": [
        wrote(0, 1, 1),
        wrote(2, 3, 2, **LOST),
        read(4, 5, 1),
        wrote(6, 7, 3),
        read(8, 9, 2),
    ],
    "a removal that was lost, and sent again": [
        wrote(0, 1, 1),
        removed(2, 3, **LOST),
        read(4, 5, None),
        wrote(6, 7, 2),
        read(8, 9, None),
    ],
    "a read that was lost": [wrote(0, 1, 1), read(2, 3, None, **LOST), read(4, 5, 1)],
    "gone after its life": [wrote(0, 1, 1, **BRIEF), read(1002, 1003, None)],
    "still there soon after its life": [wrote(0, 1, 1, **BRIEF), read(1002, 1003, 1), read(1004, 1005, None)],
    "a life that ends under another": [wrote(0, 1, 1, **BRIEF), wrote(2, 3, 2), read(1002, 1003, 2)],
    "many keys": [wrote(0, 1, 1), (2, 3, "mget", ["k", "z"], {"output": [1, None]})],
}
BROKEN = {
    "a value out of nowhere": ([read(0, 1, 1)], [1]),
    "a lost update": ([wrote(0, 1, 1), wrote(2, 3, 2), read(4, 5, 1)], [1, 2, 3]),
    "back and forth": (
        [wrote(0, 1, 1), wrote(2, 9, 2), read(3, 4, 2), read(5, 6, 1), read(7, 8, 2)],
        [1, 2, 3, 4],
    ),
    "two readers see two orders": (
        [wrote(0, 9, 1), wrote(0, 9, 2), read(10, 11, 1), read(12, 13, 2)],
        [1, 2, 3, 4],
    ),
    "missing while it is overwritten": ([wrote(0, 1, 1), wrote(2, 9, 2), read(3, 4, None)], [1, 3]),
    "from the future": ([read(0, 1, 1), wrote(2, 3, 1)], [1]),
    "risen again": ([wrote(0, 1, 1), removed(2, 3), read(4, 5, None), read(6, 7, 1)], [1, 2, 4]),
    "what came before is no part of it": (
        [removed(0, 1), wrote(2, 3, 1), removed(4, 5), removed(6, 7), wrote(8, 9, 2), read(10, 11, None)],
        [5, 6],
    ),
    "a lost write comes and goes": (
        [wrote(0, 1, 1), wrote(2, 3, 2, **LOST), read(4, 5, 2), read(6, 7, 1)],
        [1, 2, 3, 4],
    ),
    "gone too early": ([wrote(0, 1, 1, **BRIEF), read(2, 3, None)], [1, 2]),
    "still there long after": ([wrote(0, 1, 1, **BRIEF), read(2 * SECOND, 2 * SECOND + 1, 1)], [1, 2]),
}


@pytest.mark.parametrize("calls", LEGAL.values(), ids=list(LEGAL))
def test_what_an_order_explains_passes(judge, calls):
    """Whatever may have happened between the start of a call and its end is allowed."""
    assert "pass" == judge(*calls).word


@pytest.mark.parametrize(("calls", "window"), BROKEN.values(), ids=list(BROKEN))
def test_what_no_order_explains_fails(judge, calls, window):
    """And the evidence is the calls that it takes to see it, no others."""
    before = [wrote(-9, -8, 8), removed(-7, -6), read(-5, -4, None)]
    after = [wrote(4 * SECOND, 5 * SECOND, 9), read(5 * SECOND + 1, 5 * SECOND + 2, 9)]

    assert ("fail", window) == (finding(judge(*calls)))
    assert "fail" == judge(*before, *calls, *after).word


def finding(found):
    return found.word, found.evidence


def test_keys_are_nothing_to_each_other(judge):
    """Each has an order of its own."""
    apart = [wrote(0, 1, 1, key="a"), wrote(2, 3, 2, key="b"), read(4, 5, 1, key="a")]

    assert "pass" == judge(*apart).word


def test_the_window_is_told(judge):
    """As a person would say it, the last call at the end."""
    found = judge(wrote(0, 1, 1), wrote(2, 3, 2), read(4, 5, 1))

    assert "no order explains set 1, set 2, get answered 1" == found.because


def test_what_is_there_to_stay_is_told_first(judge):
    """A read that may have come in between says less than one that nothing was under way with."""
    halves = [wrote(0, 9, 1), read(2, 3, 7), read(10, 11, 8)]

    assert "no order explains get answered 8" == judge(*halves).because
    assert "no order explains get answered 7" == judge(*halves[:2]).because


def test_of_a_large_window_a_few_calls_are_told(judge):
    """The first ones, and the read."""
    removals = [removed(0, 9) for _ in range(4)]

    assert "no order explains delete, delete, delete, 3 more, get answered nothing" == (
        judge(*removals, wrote(8, 19, 1), read(10, 11, 1), read(20, 21, None)).because
    )


def test_a_call_that_raises_fails(judge):
    """No order of calls on one key explains an error."""
    raised = {"outcome": "failed", "error": "KeyError", "message": "'k'"}

    alone = judge(wrote(0, 1, 1), removed(2, 3, **raised), removed(2, 3, **raised), read(4, 5, 1))
    besides = judge(wrote(0, 1, 1), removed(2, 3, **raised), read(4, 5, 2))

    assert ("fail", [2], "delete raised KeyError: 'k', 2 times") == (*finding(alone), alone.because)
    assert ([3, 2], "no order explains get answered 2; delete raised KeyError: 'k'") == (
        besides.evidence,
        besides.because,
    )


def test_what_is_not_decided_is_unknown(judge):
    """After so many steps nothing is said."""
    calls = [wrote(0, 99, number) for number in range(12)]

    assert "unknown" == judge(*calls, read(100, 101, 77), limit=100).word


def test_without_an_answer_nothing_is_decided(judge):
    """Nobody looked."""
    assert "unknown" == judge(wrote(0, 1, 1), read(2, 3, None, **LOST)).word


def event(made, seq, does, value, called_ns, returned_ns):
    op = made.op(seq, {"write": "set", "read": "get", "remove": "delete"}[does])
    held = MISSING if value is None else value
    return Event(does=does, op=op, value=held, called_ns=called_ns, returned_ns=returned_ns)


def simulated(made, seed, clients, calls):
    """Return what clients of a register see that does each call at one moment between its start and its end."""
    dice, points, free = random.Random(seed), [], [0] * clients
    for seq in range(1, calls + 1):
        client = dice.randrange(clients)
        start, moment, end = sorted(free[client] + each for each in dice.sample(range(1, 90), 3))
        free[client] = end
        lost = dice.random() < 0.1
        points.append((moment + dice.random(), seq, dice.choice(["write", "read", "read", "remove"]), start, end, lost))
    held, events = None, []
    for _, seq, does, start, end, lost in sorted(points):
        if does != "read" and not (lost and dice.random() < 0.5):
            held = seq if does == "write" else None
        value = {"read": held, "write": seq, "remove": None}[does]
        if not (lost and does == "read"):
            events.append(event(made, seq, does, value, start, NEVER_NS if lost else end))
    return events


FEWER = {"seed": st.integers(0, 10**6), "clients": st.integers(2, 5), "calls": st.integers(1, 60)}
SIMULATED = {"seed": st.integers(0, 10**6), "clients": st.integers(2, 16), "calls": st.integers(1, 120)}


@FEW
@given(**SIMULATED)
def test_a_register_is_explained(made, seed, clients, calls):
    """Whatever two to sixteen clients of an atomic register see has an order."""
    assert ordered(simulated(made, seed, clients, calls)) is True


@FEW
@given(**FEWER, place=st.integers(0, 200))
def test_a_register_that_is_wrong_once_is_found(made, seed, clients, calls, place):
    """One read of what was overwritten, or written only later, is found; and the window is one that cannot be less."""
    events = simulated(made, seed, clients, calls)
    wrong = list(wrongs(events))
    if not wrong:
        return
    number, value = wrong[place % len(wrong)]
    events[number] = replace(events[number], value=value)
    window = smallest(events)

    assert ordered(events) is False
    assert ordered(window) is False
    assert not any(ordered(left_out(events, window, each)) is False for each in window if each.does == "read")


def wrongs(events):
    """Yield reads, and what each cannot have seen: what was overwritten before, or came after it."""
    changes = [each for each in events if each.does != "read" and each.returned_ns < NEVER_NS]
    writes = [each for each in changes if each.does == "write"]
    for number, each in enumerate(events):
        for write in writes if each.does == "read" else ():
            over = any(write.returned_ns < last.called_ns and last.returned_ns < each.called_ns for last in changes)
            if over or each.returned_ns < write.called_ns:
                yield number, write.value


def left_out(events, window, out):
    """Return a history of which only the window is certain, and one call of it not."""
    kept = [each for each in window if each is not out]
    return kept + [replace(each, returned_ns=NEVER_NS) for each in events if each.does != "read" and each not in kept]


CALL = st.tuples(
    st.sampled_from(["write", "read", "remove"]), st.sampled_from([1, 2, None]), st.integers(0, 9), st.integers(0, 4)
)


@settings(max_examples=400, deadline=None, database=None, phases=[Phase.generate])
@given(calls=st.lists(CALL, max_size=5), lost=st.sets(st.integers(0, 4)))
def test_every_order_is_tried(made, calls, lost):
    """Of few calls the answer is that of whoever goes through all their orders."""
    events = [
        event(
            made,
            seq,
            does,
            value if does == "read" else (value or 3),
            start,
            NEVER_NS if seq in lost else start + length,
        )
        for seq, (does, value, start, length) in enumerate(calls)
        if does != "read" or seq not in lost
    ]

    assert explained(events) is ordered(events)


def explained(events):
    musts = [each for each in events if each.returned_ns < NEVER_NS]
    maybes = [each for each in events if each.returned_ns == NEVER_NS]
    chosen = itertools.chain.from_iterable(itertools.combinations(maybes, size) for size in range(len(maybes) + 1))
    return any(legal(order) for more in chosen for order in itertools.permutations([*musts, *more]))


def legal(order):
    if any(later.returned_ns < before.called_ns for before, later in itertools.combinations(order, 2)):
        return False
    held = MISSING
    for each in order:
        if each.does == "read" and not same(each.value, held):
            return False
        if each.does != "read":
            held = each.value if each.does == "write" else MISSING
    return True
