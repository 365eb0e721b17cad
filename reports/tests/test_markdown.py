from __future__ import annotations

import re

import pytest

from crisper import runs
from crisper_reports import markdown


def test_it_is_a_table_of_promises_by_contestant(like_real):
    """Every clause is a row, every contestant a column, and a failure stands out."""
    lines = markdown.markdown(runs.read(like_real)).partition("Overrun of lives")[0].splitlines()
    table = [line for line in lines if line.startswith("|")]

    assert "| clause | memory | filesystem | sqlite | redis | consul-celery | consul | promise |" == table[0]
    assert 2 + 11 == len(table)
    assert {table[0].count("|")} == {line.count("|") for line in table}


def test_a_new_failure_says_how_to_play_it_again(run, made):
    """The reason and the one-line command stand beside each failure that is not known."""
    play = made.play("A6", "liar")
    text = markdown.markdown(
        run(made.header([play]), made.verdict(play, "fail", "wrote 2, read 1"), made.reproduction(play), made.FOOTER)
    )

    assert "- `A6 s.A6[kv-liar]`: `wrote 2, read 1`; again: `pytest 's" in text
    assert "A script for each failure" in text


def test_a_known_failure_is_a_word_in_the_table_only(run, made):
    """What was expected is not listed again."""
    play = made.play("A6", "liar")
    text = markdown.markdown(
        run(made.header([play]), made.verdict(play, "fail", "wrote 2", deviation="x"), made.FOOTER)
    )

    assert "| known |" in text
    assert "wrote 2" not in text


def test_nothing_that_a_run_holds_becomes_markup(run, made):
    """A hostile name ends no table row, opens no element and no link."""
    evil = "a|b](x)<img src=x>`*"
    play = made.play("A6", evil)
    text = markdown.markdown(run(made.header([play]), made.verdict(play, "fail", f"{made.HOSTILE}``|\n# x")))
    bare = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)

    assert "<" not in re.sub(r"\\.", "", bare)
    assert "# x" not in text.splitlines()


@pytest.mark.parametrize(
    ("shown", "given"), [("`a`", "a"), ("``a`b``", "a`b"), ("`` `a ``", "`a"), ("```` ``` ````", "```")]
)
def test_a_code_span_cannot_be_ended_from_within(shown, given):
    """The fence is longer than any run of backticks inside."""
    assert shown == markdown.code(given)


def test_nobody_asks_for_a_page(like_real, monkeypatch):
    """Outside of a build nothing is written."""
    monkeypatch.delenv(markdown.STEP_SUMMARY, raising=False)

    assert markdown.append(runs.read(like_real)) is None


def test_two_runs_of_one_job_share_the_page(like_real, monkeypatch, tmp_path):
    """What stands on the page stays there."""
    page = tmp_path / "page.md"
    monkeypatch.setenv(markdown.STEP_SUMMARY, str(page))
    markdown.append(runs.read(like_real))
    markdown.append(runs.read(like_real))

    assert 2 == page.read_text().count("## Result backends")


def test_overruns_are_a_table_of_lives_by_contestant(run, made):
    """Each life is a row with every contestant's median, p99 and longest; without lives there is no such table."""
    s = 10**9
    about = made.header(), made.contestant("mine"), made.contestant("other")
    text = markdown.markdown(run(*about, made.lifetimes("mine", [(5 * s, 6 * s)] * 20)))

    assert "| life since | mine | other |\n| --- | --- | --- |\n| write 5 s | 1 s/-/1 s |  |\n" in text
    assert "life since" not in markdown.markdown(run(*about))
