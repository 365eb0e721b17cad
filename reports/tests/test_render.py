from __future__ import annotations

import html
import json
import re

import pytest

from crisper import runs
from crisper_reports import render, view


@pytest.fixture
def hostile(run, made):
    """Return a Run in which every name and value tries to be markup."""
    evil = made.HOSTILE
    play = made.play("A6", evil)
    return run(
        made.header([play], command=["pytest", evil], machine={"cpu": evil}, run=evil),
        made.contestant(evil, url=evil, engine=evil, version=evil, client=evil),
        made.history(play, [made.op(1, evil, keys=[evil], input=evil, output=evil, error=evil, message=evil)]),
        made.verdict(play, "fail", evil, evidence=(1,), deviation=evil),
        made.measurement(evil, evil),
    )


def _blob(page):
    return re.search(r'<script type="application/json" id="blob">(.*?)</script>', page, re.DOTALL)[1]


def test_nothing_that_a_run_holds_becomes_markup(hostile):
    """A hostile name or value is shown as text: the page has its own two scripts and no other."""
    page = render.html(hostile)

    assert 2 == page.count("<script")
    assert "<img" not in page


def test_the_blob_gives_back_what_was_put_in(hostile, made):
    """Escaping the blob loses nothing: it is JSON, and holds the hostile value as it was."""
    (history,) = json.loads(_blob(render.html(hostile)))["plays"].values()

    assert made.HOSTILE[:20] in history["ops"][0][4]


def test_a_run_that_asked_nothing_of_a_contestant_has_a_page(run, made):
    """A contestant of which every promise is inapplicable has kept none, and the page says so."""
    play = made.play("A6", "mine")
    asked = run(
        made.header([play]), made.contestant("mine"), made.verdict(play, "inapplicable", "no server of its own")
    )

    assert "0 kept" in render.html(asked)


def test_a_link_leads_to_the_web_only():
    """An upstream address that is a script's is text, not a link."""
    assert render.link("javascript:alert(1)") is None
    assert "https://example.org" == render.link("https://example.org")


def test_the_page_asks_nobody_for_anything(like_real):
    """One file: no address is loaded, and the page's own policy forbids it."""
    page = html.unescape(render.html(runs.read(like_real)))

    assert "default-src 'none'" in page
    assert [] == re.findall(r"(?:\ssrc=|url\(|@import|fetch\()", page)
    assert ['href="data:,"'] == re.findall(r'<link [^>]*(href="[^"]*")', page)


def test_a_quick_run_makes_a_page_under_a_megabyte(like_real):
    """The evidence is cut to what a page can carry."""
    assert 1_000_000 > len(render.html(runs.read(like_real)).encode())


def test_verdicts_are_read_without_a_script(like_real, made):
    """Sentence, word, reason and known deviation are in the page's own text."""
    page = re.sub(r"<script.*?</script>", "", render.html(runs.read(like_real)), flags=re.DOTALL)

    for said in (
        "The last write wins",
        "wrote 2, read 1",
        made.UPSTREAM,
        "2026-09-01",
        "consul-celery/deviations.toml:1",
    ):
        assert said in page


def test_a_struck_number_is_struck_and_says_why(run, made):
    """What is struck out is an <s>, with the promise that failed beside it."""
    lying = made.verdict(made.play("A6", "liar"), "fail", "wrote 2, read 1")
    page = render.html(run(made.header(), lying, made.measurement("liar", p50=1_500_000)))

    assert "<s>1.50 ms</s>" in page
    assert "A6 failed: wrote 2, read 1" in page


def test_an_incomplete_run_names_what_is_missing(run, made):
    """A Run without a footer says so, and names every playing that left nothing."""
    done, cut = made.play("A6", "redis"), made.play("C2", "redis", "result")
    page = render.html(run(made.header([done, cut]), made.verdict(done)))

    assert "This Run is incomplete" in page
    assert "<code>s.C2[result-redis]</code>" in page


def test_a_torn_run_is_shown_up_to_the_tear(like_real):
    """A Run that was cut by a kill still makes a page."""
    text = like_real.read_bytes()
    like_real.write_bytes(text[: len(text) * 2 // 3])

    assert "cut off in the middle of a line" in render.html(runs.read(like_real))


def test_a_complete_run_has_no_banner(like_real):
    """Nothing is said to be missing where nothing is."""
    assert 'class="banner"' not in render.html(runs.read(like_real))


def test_a_run_of_a_header_alone_makes_a_page(run, made):
    """The emptiest Run that can be read can be shown."""
    assert "Nothing was measured" in render.html(run(made.header()))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["pytest", "-k", "A6 or C2"], "pytest -k 'A6 or C2'"),
        (["pytest", "$(rm -rf /)"], "pytest '$(rm -rf /)'"),
        (["--backend", "redis://:s3cret@host/0"], "--backend 'redis://:…@host/0'"),
        (["--backend", "x=m:C+redis://me:p:a@ss@host/0"], "--backend 'x=m:C+redis://me:…@host/0'"),
        (["--backend", "redis://host:6379/0"], "--backend redis://host:6379/0"),
    ],
)
def test_the_command_is_safe_to_paste_and_to_publish(run, made, given, shown):
    """The command to reproduce is quoted for a shell and holds no password."""
    assert shown == view.command(run(made.header(command=given)))


def test_numbers_far_apart_share_the_page(run, made):
    """From a nanosecond to a minute, every number finds its place on the axis."""
    page = render.html(run(made.header(), made.measurement("fast", p50=9), made.measurement("slow", p50=60 * 10**9)))

    assert 2 == page.count('class="p50"')


def test_memory_is_told_in_gibibytes(run, made):
    """A machine's memory is not a row of eleven digits."""
    assert "<dd>7.8 GiB</dd>" in render.html(run(made.header(machine={"memory_bytes": 8_375_186_227})))
