"""Numbers with everything that is needed to believe them or not."""

from __future__ import annotations

from typing import Literal

import msgspec
from hdrh.histogram import HdrHistogram

from crisper.clauses import Layer


Validity = Literal["valid", "generator-bound", "unsustained", "too few", "failing"]

#: Latencies are kept between 100 ns and 100 s, to three significant digits.
LOWEST_NS, HIGHEST_NS, DIGITS = 100, 100_000_000_000, 3


class Measurement(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="measurement"):
    """The latencies of one operation on one contestant, in nanoseconds, warm-up left out.

    `histogram` is an HdrHistogram V2 payload (base64, mergeable); `rounds_p50_ns` holds each round's median;
    `promises` are the clauses without which the number means nothing; `failures` counts calls that raised.
    """

    scenario: str
    contestant: str
    layer: Layer
    operation: str
    size: int
    unit: Literal["ns"] = "ns"
    phase: Literal["steady"] = "steady"
    count: int
    failures: int
    p50_ns: int | None
    p95_ns: int | None
    p99_ns: int | None
    rounds_p50_ns: list[int]
    histogram: str
    promises: list[str]
    validity: Validity
    because: str = ""


class Lifetimes(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="lifetimes"):
    """How long keys lived that were told to live equally long, in nanoseconds since the write (or `since` what else).

    Each of `lives` is an interval: when it was last seen, and when first missing, None where it outlived the watch.
    Quantiles are of the overrun, past `expires_ns`, as told by the first miss: the true one is not larger. They are
    None where too few keys, or those without an end, cannot show them; `longest_ns` is the largest overrun, None where
    any key is without end. `early` counts keys that were missing before their time, `failures` those of which a call
    raised: they are in no number. `held` is what the server held of them, by kind, when the watch was over, None where
    nobody can look: what is no longer readable may lie there still. `others` is how many other keys lived beside them,
    where some were put there for that.
    """

    scenario: str
    contestant: str
    layer: Layer
    since: str
    expires_ns: int
    unit: Literal["ns"] = "ns"
    phase: Literal["watch"] = "watch"
    lives: list[tuple[int, int | None]]
    early: int
    failures: int
    p50_ns: int | None
    p95_ns: int | None
    p99_ns: int | None
    longest_ns: int | None
    held: dict[str, int] | None = None
    others: int | None = None
    promises: list[str]
    validity: Validity
    because: str = ""


class Bounds(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="bounds"):
    """Between which lengths a life is accepted, and in which step lives end, in nanoseconds, as a search found them.

    `shortest_ns` and `longest_ns` are the shortest and the longest that were accepted, with nothing refused between;
    `below` and `above` say why what is a millisecond shorter, or a second longer, was not: empty where nothing beyond
    was asked for. Of the `watched` lives so many `ended`; `kept_ns` is the shortest that was seen, and gone in time,
    neither early nor a second late, with an end to all that are longer; `unkept_ns` is the longest below it that was
    seen not to be kept, None where none was: what is shorter was refused then, or too short to be seen. Lives that were
    told `step_ns` apart, or more, always ended apart; `same_ns` is the largest difference that made none, None where
    each that could be seen made one: what is finer than `step_ns` nobody could see then. Whatever else is None could
    not be decided.
    """

    scenario: str
    contestant: str
    layer: Layer
    unit: Literal["ns"] = "ns"
    phase: Literal["watch"] = "watch"
    shortest_ns: int | None
    below: str
    longest_ns: int | None
    above: str
    kept_ns: int | None
    unkept_ns: int | None
    watched: int
    ended: int
    step_ns: int | None
    same_ns: int | None


def enough(count: int, share: float) -> bool:
    """Whether so many samples can show this quantile: ten of them must lie beyond it."""
    return count * (1 - share) >= 10 - 1e-9


def quantile(histogram: HdrHistogram, share: float) -> int | None:
    """Return a quantile in nanoseconds, or None where there are too few samples to show it."""
    if not enough(histogram.get_total_count(), share):
        return None
    return int(histogram.get_value_at_percentile(share * 100))
