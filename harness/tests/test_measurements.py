from __future__ import annotations

import pytest
from hdrh.histogram import HdrHistogram

from crisper.history import Play
from crisper.measurements import DIGITS, HIGHEST_NS, LOWEST_NS, enough, quantile
from crisper.player.measuring import Cell, _measurement
from crisper.player.plan import Entry
from crisper.scenario import workload


@workload(layer="kv", promises=("A1", "A6"))
def get(bench):
    """Read."""


@pytest.fixture
def cell():
    """Return a function that makes a cell of so many calls, each as long as told."""
    entry = Entry(play=Play(scenario="get", layer="kv", contestant="memory"), scenario=get, source="x.py")

    def make(count, latency_ns=1_000_000, **more):
        return Cell(entry, 100, latencies=[latency_ns] * count, **more)

    return make


def of(count):
    histogram = HdrHistogram(LOWEST_NS, HIGHEST_NS, DIGITS)
    for number in range(1, count + 1):
        histogram.record_value(number * 1000)
    return histogram


@pytest.mark.parametrize(("share", "fewest"), [(0.50, 20), (0.95, 200), (0.99, 1000), (0.999, 10_000)])
def test_ten_samples_must_lie_beyond_a_quantile(share, fewest):
    """No percentile above 1 - 10/n is shown: there, a handful of samples would decide."""
    assert (False, True) == (enough(fewest - 1, share), enough(fewest, share))


def test_a_quantile_is_a_latency_or_nothing():
    """Where samples suffice the quantile is exact to three digits; where they do not there is none."""
    assert (None, pytest.approx(500_000, rel=2e-3), None) == (
        quantile(of(19), 0.50),
        quantile(of(1000), 0.50),
        quantile(of(999), 0.99),
    )
    assert pytest.approx(990_000, rel=2e-3) == quantile(of(1000), 0.99)


def test_a_measurement_holds_all_that_is_needed_to_believe_it(cell):
    """Count, quantiles, histogram and promises are kept; the histogram can be read back."""
    found = _measurement(cell(200, rounds_p50_ns=[1, 2]), loop_ns=200)

    assert (200, "valid", ["A1", "A6"], None) == (found.count, found.validity, found.promises, found.p99_ns)
    assert 200 == HdrHistogram.decode(found.histogram).get_total_count()


@pytest.mark.parametrize(
    ("count", "latency_ns", "more", "validity"),
    [
        (200, 1_000_000, {"failures": 1}, "failing"),
        (200, 1_000_000, {"because": "a block was lost"}, "failing"),
        (0, 0, {}, "too few"),
        (19, 1_000_000, {}, "too few"),
        (200, 900, {}, "generator-bound"),
        (200, 1000, {}, "valid"),
    ],
)
def test_a_number_that_cannot_be_believed_says_so(cell, count, latency_ns, more, validity):
    """Calls that raised, too few calls, and calls hardly longer than the loop's own cost are told, with the reason."""
    found = _measurement(cell(count, latency_ns, **more), loop_ns=200)

    assert (validity, validity != "valid") == (found.validity, bool(found.because))


@pytest.mark.parametrize("latency_ns", [1, 10**12])
def test_what_is_out_of_range_is_not_lost(cell, latency_ns):
    """A latency below or above what a histogram holds counts as its bound."""
    assert 200 == HdrHistogram.decode(_measurement(cell(200, latency_ns), loop_ns=0).histogram).get_total_count()
