import time
from email.utils import formatdate

import pytest

from crisper_backends.consul.clock import TRUST_NS, AgentClock


SECOND_NS = 1_000_000_000


def told(clock: AgentClock, monkeypatch, *, wrong_ns: int, answers: int = 1, apart_ns: int = 0) -> int:
    """Let a clock that is wrong by `wrong_ns` see answers of a right agent; return the right time then."""
    mono_ns, right_ns = 50 * SECOND_NS, 1_800_000_000 * SECOND_NS + 300_000_000
    for _ in range(answers):
        clock.observe(formatdate(right_ns // SECOND_NS, usegmt=True), mono_ns - 1_000_000, mono_ns)
        mono_ns, right_ns = mono_ns + apart_ns, right_ns + apart_ns
    mono_ns, right_ns = mono_ns - apart_ns, right_ns - apart_ns
    monkeypatch.setattr(time, "monotonic_ns", lambda: mono_ns)
    monkeypatch.setattr(time, "time_ns", lambda: right_ns + wrong_ns)
    return right_ns


@pytest.mark.parametrize("wrong_s", [-60, -5, -1.5, -0.2, 0, 0.2, 1.5, 5, 60])
def test_never_early_and_the_bound_for_late(monkeypatch, wrong_s):
    """The agent's time is between the two, and they are at most a second and a round trip apart."""
    clock = AgentClock()
    right_ns = told(clock, monkeypatch, wrong_ns=int(wrong_s * SECOND_NS))

    assert clock.earliest_ns() <= right_ns <= clock.latest_ns()
    assert clock.latest_ns() - clock.earliest_ns() <= SECOND_NS + 1_000_000


def test_a_right_clock_is_trusted(monkeypatch):
    """While the local clock fits the answers, the two times are a quarter second off at most."""
    clock = AgentClock()
    right_ns = told(clock, monkeypatch, wrong_ns=0)

    assert right_ns - TRUST_NS <= clock.earliest_ns()
    assert clock.latest_ns() <= right_ns + TRUST_NS


def test_answers_around_a_full_second_tell_it_exactly(monkeypatch):
    """With answers every 10 ms the agent's clock is known to 12 ms, however wrong ours is."""
    clock = AgentClock()
    told(clock, monkeypatch, wrong_ns=-7 * SECOND_NS, answers=120, apart_ns=10_000_000)

    assert clock.latest_ns() - clock.earliest_ns() <= 12_000_000


def test_a_stepped_clock_starts_afresh(monkeypatch):
    """After the agent's clock was set back, what it said before is forgotten."""
    clock = AgentClock()
    told(clock, monkeypatch, wrong_ns=0)
    clock.observe(formatdate(1_700_000_000, usegmt=True), 50 * SECOND_NS, 50 * SECOND_NS)

    assert 1_700_000_000 * SECOND_NS <= clock.earliest_ns() <= clock.latest_ns() <= 1_700_000_001 * SECOND_NS


def test_without_any_answer_the_local_clock_has_to_do(monkeypatch):
    """Before the first answer the local clock is taken as right to a quarter second."""
    monkeypatch.setattr(time, "time_ns", lambda: 100 * SECOND_NS)

    assert 100 * SECOND_NS + TRUST_NS == AgentClock().latest_ns()
    assert not AgentClock().compared
