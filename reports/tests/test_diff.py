from __future__ import annotations

import pytest

from crisper_reports.diff import diff


TIMES = "\N{MULTIPLICATION SIGN}"


def test_a_verdict_that_changed_is_told(run, made):
    """Old word, new word and the new reason; what did not change is only counted."""
    same, moved = made.play("A1", "redis"), made.play("A6", "redis")
    old = run(made.header(), made.verdict(same), made.verdict(moved))
    new = run(made.header(), made.verdict(same), made.verdict(moved, "fail", "wrote 2, read 1"))
    text = diff(old, new)

    assert "Verdicts: 1 of 2 changed" in text
    assert "A6 redis (kv): pass -> fail: wrote 2, read 1 [s.A6]" in text


def test_a_ratio_is_an_indication_only(run, made):
    """Numbers of two Runs come as a ratio, with the word that they were not interleaved."""
    old, new = (run(made.header(), made.measurement("redis", p50=p50)) for p50 in (100_000, 250_000))
    text = diff(old, new)

    assert f"2.50{TIMES}" in text
    assert "not interleaved, indication only" in text


def test_a_struck_number_is_not_comparable(run, made):
    """Where one side is struck out there is no ratio."""
    lying = made.verdict(made.play("A6", "redis"), "fail", "wrote 2, read 1")
    text = diff(run(made.header(), made.measurement("redis")), run(made.header(), lying, made.measurement("redis")))

    assert "not comparable" in text
    assert f"1.00{TIMES}" not in text


@pytest.mark.parametrize(
    ("change", "said"),
    [({"machine": {"cpu": "Z80"}}, "another machine"), ({"profile": "full"}, "profile quick -> full")],
)
def test_other_circumstances_make_no_ratio(run, made, change, said):
    """Numbers from another machine or profile are not compared, and it says why."""
    text = diff(run(made.header(), made.measurement("redis")), run(made.header(**change), made.measurement("redis")))

    assert f"Numbers: not compared: {said}" in text


def test_another_version_is_told(run, made):
    """A contestant whose server changed is named with both versions."""
    old, new = (run(made.header(), made.contestant("redis", engine="redis", version=each)) for each in ("7.0", "8.0"))

    assert "redis: Celery 5.6.2, client redis 5.2.1, server redis 7.0 ->" in diff(old, new)


def test_overruns_stand_side_by_side(run, made):
    """Lives that both Runs measured are compared by median, p99 and longest, with what is more telling instead."""
    s, since = 10**9, "expire"
    old = [made.lifetimes("redis", [(5 * s, 6 * s)] * 20), made.lifetimes("slow", [(5 * s, None)], since=since)]
    new = [
        made.lifetimes("redis", [(5 * s, 7 * s)] * 1000),
        made.lifetimes("slow", [(s, 2 * s)], early=1, since="expire"),
    ]
    late = made.verdict(made.play("C2", "redis"), "fail", "late")
    lines = diff(run(made.header(), *old), run(made.header(), late, *new, made.lifetimes("new", []))).splitlines()

    assert [
        "  redis, since write 5 s: 1 s/-/1 s -> 2 s/2 s/2 s !",
        "  slow, since expire 5 s: 1 no end -> 1 early",
    ] == lines[-2:]


def test_overruns_of_another_machine_are_not_compared(run, made):
    """What the looks could tell depends on the machine, too."""
    lived = made.lifetimes("redis", [(5, 6)])
    text = diff(run(made.header(), lived), run(made.header(machine={"cpu": "Z80"}), lived))

    assert "Overrun of lives: not compared: another machine" in text
