from __future__ import annotations

import pytest

from crisper_reports import matrix, render, story
from crisper_reports.markdown import markdown
from crisper_reports.summary import summary


@pytest.fixture
def found(run, made):
    """Return a Run in which one clause is a must, and another, of which nothing is promised, was measured."""
    plays = [made.play("A6", "redis"), made.play("B1", "redis"), made.play("B1", "rpc")]
    told = made.verdict(plays[1], because="3 ms in the median", level="observe")
    odd = made.verdict(plays[2], "fail", because="9 s in the median", level="observe")
    return run(made.header(plays), made.verdict(plays[0]), told, odd, made.FOOTER)


@pytest.mark.parametrize("show", [summary, markdown, render.html])
def test_what_was_measured_is_shown(found, show):
    """Terminal, Markdown and page tell what was measured of each, and call it neither kept nor broken."""
    text = show(found)

    assert ("3 ms in the median" in text, "9 s in the median" in text) == (True, True)
    assert "seen" in text
    assert "FAIL" not in text.replace("FAIL broken", "")


def test_it_counts_for_nobody_and_against_nobody(found):
    """Who keeps every must keeps it, whatever was measured besides."""
    redis, rpc = story.standings(found, matrix.rows(found))

    assert ({"pass": 1}, True) == (redis.tally, redis.whole)
    assert ([], []) == (rpc.broken, rpc.missed)
