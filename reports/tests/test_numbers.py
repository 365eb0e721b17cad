from __future__ import annotations

import pytest

from crisper_reports import numbers


def _numbers(found):
    return [number for group in numbers.groups(found) for number in group.numbers]


@pytest.mark.parametrize(
    ("count", "given"),
    [
        (19, (False, False, False)),
        (20, (True, False, False)),
        (199, (True, False, False)),
        (200, (True, True, False)),
        (999, (True, True, False)),
        (1000, (True, True, True)),
    ],
)
def test_no_percentile_above_one_minus_ten_over_n(run, made, count, given):
    """A percentile that fewer than ten samples lie beyond is not shown, whatever the Run says."""
    (number,) = _numbers(run(made.header(), made.measurement("redis", count=count)))

    assert given == tuple(each is not None for each in (number.p50_ns, number.p95_ns, number.p99_ns))


def test_wrong_but_fast_is_no_number(run, made):
    """A number whose promise failed at the same layer is struck out, says why, and is out of the ratios."""
    lying = made.verdict(made.play("A6", "liar"), "fail", "wrote 2, read 1")
    honest, liar = _numbers(
        run(made.header(), lying, made.measurement("liar", p50=10), made.measurement("honest", p50=500))
    )

    assert "A6 failed: wrote 2, read 1" == liar.struck
    assert liar.ratio is None
    assert 1.0 == honest.ratio


@pytest.mark.parametrize(
    ("clause", "name", "layer"), [("A6", "liar", "result"), ("A6", "other", "kv"), ("C2", "liar", "kv")]
)
def test_only_its_own_promise_strikes_a_number(run, made, clause, name, layer):
    """Another layer's, contestant's or clause's failure leaves a number alone."""
    verdict = made.verdict(made.play(clause, name, layer), "fail", "broken")
    (number,) = _numbers(run(made.header(), verdict, made.measurement("liar")))

    assert number.counts


def test_a_number_whose_promise_is_open_says_so(run, made):
    """Where a promise was not decided, the number stands with a note."""
    (number,) = _numbers(run(made.header(), made.measurement("redis")))

    assert ["not decided in this Run: A6"] == number.notes
    assert number.counts


def test_a_number_that_is_not_valid_does_not_count(run, made):
    """A generator-bound number carries its reason and takes no part in ratios."""
    bound = made.measurement("redis", p50=1, validity="generator-bound", because="lag 12 ms", promises=[])
    slow, fast = _numbers(run(made.header(), bound, made.measurement("consul", promises=[])))

    assert ["generator-bound: lag 12 ms"] == fast.notes
    assert (1.0, None) == (slow.ratio, fast.ratio)


def test_ratios_stay_within_operation_size_and_layer(run, made):
    """A ratio is to the fastest of the same operation, size and layer only."""
    found = run(
        made.header(),
        made.measurement("redis", p50=100),
        made.measurement("consul", p50=300),
        made.measurement("consul", p50=900, size=10_000),
        made.measurement("consul", "store", p50=700, layer="result"),
    )

    assert [1.0, 3.0, 1.0, 1.0] == [each.ratio for each in _numbers(found)]


def test_rounds_that_overlap_tell_nobody_apart(run, made):
    """A contestant whose rounds overlap with the fastest's is marked as level with it."""
    one = made.measurement("redis", p50=100, rounds_p50_ns=[99, 100, 103])
    two = made.measurement("consul", p50=104, rounds_p50_ns=[102, 104, 105])
    three = made.measurement("sqlite", p50=200, rounds_p50_ns=[190, 200, 205])

    assert [False, True, False] == [each.tied for each in _numbers(run(made.header(), one, two, three))]
