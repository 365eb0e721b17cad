from __future__ import annotations

from crisper_reports.document import document


EXPECTED = {
    "complete": True,
    "contestants": [{"name": "redis", "engine": "redis", "version": "7.0.15", "celery": "5.6.2", "client": "5.2.1"}],
    "verdicts": [
        {
            "scenario": "s.A6",
            "clause": "A6",
            "layer": "kv",
            "level": "must",
            "contestant": "redis",
            "verdict": "pass",
            "because": "kept",
            "deviation": None,
            "reproduce": None,
        }
    ],
    "measurements": [
        {
            "contestant": "redis",
            "operation": "get",
            "size": 100,
            "unit": "ns",
            "count": 200,
            "p50": 1_000,
            "p95": 2_000,
            "p99": None,
            "valid": True,
        }
    ],
    "bounds": [],
}


def test_its_keys_are_the_documented_ones(run, made):
    """The JSON has exactly the documented keys, latencies in nanoseconds."""
    play = made.play("A6", "redis")
    found = run(
        made.header([play]),
        made.contestant("redis", engine="redis", version="7.0.15", client="5.2.1"),
        made.verdict(play),
        made.measurement("redis", p50=1_000, count=200),
        made.FOOTER,
    )

    assert EXPECTED == document(found)


def test_an_embedded_contestant_has_no_engine(run, made):
    """Engine and version are null where there is no server."""
    (one,) = document(run(made.header(), made.contestant("memory")))["contestants"]

    assert (None, None) == (one["engine"], one["version"])


def test_what_is_struck_out_is_not_valid(run, made):
    """A number whose promise failed is not valid, nor is a Run without a footer complete."""
    lying = made.verdict(made.play("A6", "liar"), "fail", "wrote 2, read 1")
    found = document(run(made.header(), lying, made.measurement("liar")))

    assert found["measurements"][0]["valid"] is False
    assert found["complete"] is False


def test_an_overrun_is_a_measurement_too(run, made):
    """Lives stand among the measurements, each as an interval; one that failed its promise is not valid."""
    lives = [(4_900, 5_100), (4_950, None)]
    late = made.verdict(made.play("C2", "redis"), "fail", "still readable")
    kept, broken = made.lifetimes("memory", lives, p50_ns=7, early=1, others=1000), made.lifetimes("redis", lives)
    first, second = document(run(made.header(), late, kept, broken))["measurements"]

    assert ("overrun since write", 2, 7, 1, 1000, True) == tuple(
        first[name] for name in ("operation", "count", "p50", "early", "others", "valid")
    )
    assert ([[4_900, 5_100], [4_950, None]], False) == ([list(each) for each in first["lives"]], second["valid"])


def test_bounds_of_lives_are_told(run, made):
    """What a search found has keys of its own, null where nobody could tell."""
    (found,) = document(run(made.header(), made.bounds("redis", shortest_ns=7, below="no")))["bounds"]

    assert ("redis", 7, "no", None, None) == tuple(
        found[key] for key in ("contestant", "shortest", "below", "apart", "together")
    )
