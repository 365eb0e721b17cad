from __future__ import annotations

import pytest

from crisper_reports import chart, units


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0 ns"),
        (950, "950 ns"),
        (1_234, "1.23 µs"),
        (12_345, "12.3 µs"),
        (2_000_000_000, "2 s"),
        (123_456_789, "123 ms"),
    ],
)
def test_a_duration_has_three_digits(ns, text):
    """A duration is told in the largest unit that it reaches."""
    assert text == units.duration(ns)


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (100, "100 B"), (10_000, "10 kB"), (65_536, "64 KiB")])
def test_a_size_is_a_whole_number_of_its_unit(count, text):
    """A size is never rounded."""
    assert text == units.size(count)


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words, text):
    """Words are joined by commas, the last by and."""
    assert text == units.listed(words)


def test_the_axis_is_logarithmic_from_end_to_end():
    """A power of ten in the middle stands in the middle, and nothing stands outside."""
    axis = chart.Axis(3, 5)

    assert (3.0, 50.0, 97.0) == (axis.at(1_000), axis.at(10_000), axis.at(100_000))
    assert 97.0 == axis.at(10**12)


def test_an_axis_without_numbers_is_an_axis():
    """Nothing measured is no division by zero."""
    assert 2 <= len(chart.axis([]).ticks)


def test_labels_never_touch():
    """An axis of many powers of ten names every second one."""
    assert ["1 µs", "100 µs", "10 ms", "1 s"] == [tick.label for tick in chart.Axis(3, 10).labels]
    assert 6 == len(chart.Axis(3, 8).labels)
