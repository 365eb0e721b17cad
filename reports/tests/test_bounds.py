from __future__ import annotations

import pytest

from crisper_reports import render
from crisper_reports.bounds import lines
from crisper_reports.summary import summary


S = 10**9
DAY = 86_400 * S


@pytest.fixture
def told(run, made):
    """Return a function that gives the lines of what was found of one contestant."""
    return lambda *found: lines(
        run(made.header(), made.contestant("mine"), *(made.bounds("mine", **each) for each in found))
    )


@pytest.mark.parametrize(
    ("found", "cells"),
    [
        ({}, ["<= 1 s", ">= 3,650 d", "<= 1 s", "?"]),
        ({"unkept_ns": 1}, ["<= 1 s", ">= 3,650 d", "1 s", "?"]),
        ({"below": "no", "above": "no", "longest_ns": DAY}, ["1 s", "1 d", "1 s", "?"]),
        ({"shortest_ns": None, "longest_ns": None, "kept_ns": None, "below": "no"}, ["nothing", "", "none", "?"]),
        ({"step_ns": S, "same_ns": 999 * S // 1000, "kept_ns": S // 200}, ["<= 1 s", ">= 3,650 d", "<= 5 ms", "1 s"]),
        ({"step_ns": 18 * S // 1000}, ["<= 1 s", ">= 3,650 d", "<= 1 s", "<= 18 ms"]),
    ],
)
def test_bounds_are_told_exactly(told, found, cells):
    """A bound is exact; where nothing beyond was asked for, or could be seen, it is said to be none."""
    (line,) = told(found)

    assert ["mine", "kv", *cells] == line.cells


def test_layers_that_are_alike_share_a_line(told):
    """The same found at another layer makes no line of its own; anything else does."""
    found = told({}, {"layer": "result"}), told({}, {"layer": "result", "kept_ns": 2 * S})

    assert [["kv, result"], ["kv", "result"]] == [[line.layer for line in each] for each in found]


def test_what_lies_beyond_is_told(told):
    """Why nothing shorter or longer was accepted, and how many lives had no end, is said."""
    (line,) = told({"below": "refused", "above": "too long", "ended": 16})
    (alike,) = told({"below": "refused", "above": "refused"})

    assert ["shorter: refused", "longer: too long", "4 of 20 lives outlived the watch"] == line.notes
    assert ["shorter or longer: refused"] == alike.notes


def test_bounds_are_shown(run, made):
    """They stand in the terminal, within its 80 columns, and on the page, where nothing was measured besides, too."""
    found = run(made.header(), made.contestant("a-very-long-name-indeed"), made.bounds("a-very-long-name-indeed"))
    text = summary(found)

    assert "Bounds of lives" in text
    assert 80 >= max(map(len, text.splitlines()))
    assert "\N{GREATER-THAN OR EQUAL TO} 3,650 d" in render.html(found)


def test_without_a_search_nothing_is_shown(run, made):
    """Where nobody searched there is neither a table nor a heading."""
    found = run(made.header(), made.contestant("mine"))

    assert not any(
        each in shown
        for each in ("Bounds of lives", "accepted, kept")
        for shown in (summary(found), render.html(found))
    )
