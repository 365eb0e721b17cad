from __future__ import annotations

import datetime as dt
import json
import re

import msgspec
import pytest

from crisper.clauses import Clause
from crisper.deviations import Deviation
from crisper_reports import document, matrix, render, story
from crisper_reports.summary import summary


INTERMITTENT = Deviation(
    backend="redis",
    clause="A6",
    scenario="s.A6",
    message="read",
    upstream="https://example.org/1",
    review_by=dt.date(2099, 1, 1),
    intermittent=True,
    place="redis/deviations.toml:3",
)


def partly(found):
    return story.partly(story.standings(found, matrix.rows(found)))


@pytest.mark.parametrize("word", ["unknown", "error"])
def test_what_was_claimed_and_not_settled_makes_partial(run, made, word):
    """A playing that came to no verdict makes its contestant partial, whatever the other layer says."""
    plays = [made.play("A6", "redis", layer) for layer in ("kv", "result")]
    found = run(made.header(plays), made.verdict(plays[0]), made.verdict(plays[1], word), made.FOOTER)

    assert ["redis is partial: A6 not settled."] == partly(found)


def test_what_was_not_played_makes_partial(run, made):
    """A planned playing that left nothing makes its contestant partial, a should as much as a must."""
    plays = [made.play("A6", "redis"), made.play("C5", "redis")]

    assert ["redis is partial: C5 not settled."] == partly(run(made.header(plays), made.verdict(plays[0]), made.FOOTER))


def test_what_is_not_claimed_makes_nobody_partial(run, made):
    """Nothing is owed where the capability is not claimed; what is only observed is not owed either."""
    clauses = [
        Clause(id="A6", sentence="x", level="must", source="y", needs="autoexpire"),
        Clause(id="B1", sentence="x", level="observe", source="y"),
        Clause(id="A1", sentence="x", level="must", source="y"),
    ]
    plays = [made.play(clause.id, "redis") for clause in clauses]
    unknown = made.verdict(plays[0], "unknown")
    observed = made.verdict(plays[1], "unknown", level="observe")
    found = run(
        made.header(plays, clauses=clauses),
        made.contestant("redis"),
        unknown,
        observed,
        made.verdict(plays[2]),
        made.FOOTER,
    )

    assert [] == partly(found)


def test_partial_is_said_everywhere(run, made):
    """The terminal and the page say so."""
    play = made.play("A6", "redis")
    found = run(made.header([play]), made.verdict(play, "unknown"), made.FOOTER)

    assert "redis is partial: A6 not settled." in summary(found)
    assert "redis is partial: A6 not settled." in render.html(found)


def test_what_comes_and_goes_is_counted(run, made):
    """An intermittent deviation is counted over its playings."""
    plays = [made.play("A6", "redis", layer) for layer in ("kv", "result")]
    seen = made.verdict(plays[0], "fail", "read 1", deviation=INTERMITTENT.place)
    found = run(made.header(plays), made.contestant("redis", deviations=[INTERMITTENT]), seen, made.verdict(plays[1]))

    assert "redis/deviations.toml:3 (A6, redis) seen 1 of 2 playings" in " ".join(summary(found).split())


def test_what_the_gate_asks_for_is_shown(run, made):
    """What the footer complains of stands in the terminal."""
    footer = msgspec.structs.replace(made.FOOTER, complaints=["redis/deviations.toml:3 was matched by no playing"])
    text = summary(run(made.header(), footer))

    assert "The gate asks for a change\nredis/deviations.toml:3 was matched by no playing" in text


def test_scripts_are_mentioned_and_their_absence_explained(run, made):
    """The terminal says where the scripts stand, and which failure has none, and why."""
    one, other = made.play("A6", "liar"), made.play("A1", "liar")
    text = summary(
        run(
            made.header([one, other]),
            made.verdict(one, "fail"),
            made.verdict(other, "fail"),
            made.reproduction(one),
            made.reproduction(other, None, "no call shows it"),
        )
    )

    assert "1 script, one a failure" in text
    assert "no script for A1 s.A1[kv-liar]: no call shows it" in text


def test_the_page_carries_script_and_command(run, made):
    """The dialog's data hold the script, its file and the command."""
    play = made.play("A6", "liar")
    page = render.html(run(made.header([play]), made.verdict(play, "fail"), made.reproduction(play, made.HOSTILE)))
    blob = json.loads(re.search(r'id="blob">(.*?)</script>', page, re.DOTALL)[1])
    (playing,) = blob["cells"]["A6/liar"]["playings"]

    assert (made.HOSTILE, "A6-s.A6-kv-liar.py") == (playing["script"], playing["file"])
    assert "--backend liar" in playing["command"]
    assert 2 == page.count("<script")


def test_programs_are_told_the_command(run, made):
    """The JSON gives the command for what failed."""
    play = made.play("A6", "liar")
    (verdict,) = document.document(run(made.header([play]), made.verdict(play, "fail"), made.reproduction(play)))[
        "verdicts"
    ]

    assert "--backend liar" in verdict["reproduce"]


def test_whoever_keeps_nothing_has_a_page_too(run, made):
    """A contestant without a single pass is shown like any other."""
    play = made.play("A6", "liar")

    assert "0 kept" in render.html(run(made.header([play]), made.verdict(play, "unknown")))
