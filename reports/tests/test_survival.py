from __future__ import annotations

import pytest

from crisper_reports import render
from crisper_reports.summary import summary
from crisper_reports.survival import LEFT, WIDTH, charts


S = 10**9
ON_TIME = [(4 * S, 6 * S), (4 * S, 6 * S), (5 * S, 7 * S), (5 * S, None)]


@pytest.fixture
def charted(run, made):
    """Return a function that charts what was measured."""
    return lambda *records: charts(run(made.header(), *records))


def test_each_life_has_its_chart(charted, made):
    """Lives are told apart by how long they were to be and since what, the shortest first."""
    found = charted(
        made.lifetimes("redis", ON_TIME, expires_ns=9 * S),
        made.lifetimes("redis", ON_TIME),
        made.lifetimes("redis", ON_TIME, since="overwrite"),
        made.lifetimes("redis", [], expires_ns=S, failures=5, validity="failing"),
    )

    assert [("write", 5 * S), ("write", 9 * S), ("overwrite", 5 * S)] == [
        (each.since, each.expires_ns) for each in found
    ]


def test_lives_beside_others_come_last(charted, made):
    """Whichever was over first, lives beside most others are the last to be shown."""
    found = charted(*(made.lifetimes("redis", ON_TIME, since=f"{each}", others=each) for each in (100, 1, None, 10)))

    assert ["None", "1", "10", "100"] == [each.since for each in found]


def test_playings_and_layers_are_taken_together(charted, made):
    """A contestant has one curve, and its figures are of all of its keys."""
    lives = [(4 * S, 6 * S)] * 10
    (chart,) = charted(*(made.lifetimes("redis", lives, layer=layer, early=1) for layer in ("kv", "result")))
    (curve,) = chart.curves

    assert (20, 2, S, S, None) == (len(curve.lives), curve.early, curve.p50_ns, curve.longest_ns, curve.p99_ns)


def test_a_line_steps_down_at_each_first_miss(charted, made):
    """The line falls by a key's share where the key was first missing, and stays up for what has no end."""
    (chart,) = charted(made.lifetimes("redis", ON_TIME))
    six, seven, end = (chart.x(at) for at in (6 * S, 7 * S, chart.end_ns))

    assert f"M40 8H{six:g}V83H{seven:g}V120.5H{end:g}V120.5" == chart.line(chart.curves[0])
    assert (LEFT, LEFT + WIDTH) == (chart.x(0), end)


def test_the_band_reaches_back_to_the_last_sight(charted, made):
    """The shade lies between the step at the last sight of each key and the step at its first miss."""
    (chart,) = charted(made.lifetimes("redis", [(4 * S, 6 * S)]))
    four, six, end = (chart.x(at) for at in (4 * S, 6 * S, chart.end_ns))

    assert f"M40 8H{six:g}V158H{end:g}V158L{end:g} 158V158H{four:g}V8H40Z" == chart.band(chart.curves[0])


def test_the_axis_holds_every_end_and_the_promised_one(charted, made):
    """Time runs past the promised end, and past the last end that was seen."""
    (short,) = charted(made.lifetimes("redis", [(4 * S, 5 * S)]))
    (long,) = charted(made.lifetimes("redis", [(4 * S, 20 * S)]))

    assert (int(6.25 * S), 21 * S) == (short.end_ns, long.end_ns)
    assert ["0", "5 s", "10 s", "15 s", "20 s"] == [label for _, label in long.ticks]


def test_everybody_looks_the_same_in_every_chart(charted, made):
    """Colour and stroke are a contestant's own, whoever else is in the chart."""
    first, second = charted(
        made.lifetimes("memory", ON_TIME),
        made.lifetimes("redis", ON_TIME),
        made.lifetimes("redis", ON_TIME, expires_ns=9 * S),
        made.contestant("memory"),
        made.contestant("redis"),
    )

    assert (["memory", "redis"], [0, 1], [1]) == (
        [each.contestant for each in first.curves],
        [each.look for each in first.curves],
        [each.look for each in second.curves],
    )


def test_a_broken_promise_strikes_the_figures(run, made):
    """Who was late is drawn, its figures struck out, and the promise named."""
    late = made.verdict(made.play("C2", "liar"), "fail", "still readable")
    records = made.header(), made.contestant("liar"), late, made.lifetimes("liar", [(6 * S, 8 * S)] * 20)
    page, text = render.html(run(*records)), summary(run(*records))

    assert "<s>3 s</s>" in page
    assert "broke C2" in page
    assert "write 5 s   3 s/3 s !" in text


@pytest.mark.parametrize(
    ("lives", "early", "said"),
    [
        ([(4 * S, 6 * S)] * 20, 0, "1 s/1 s"),
        ([(4 * S, 6 * S)], 0, "<= 1 s"),
        ([(1 * S, 2 * S)], 1, "1 early"),
        (ON_TIME, 0, "1 no end"),
    ],
)
def test_a_terminal_tells_overruns(run, made, lives, early, said):
    """The most telling of a contestant's lives stands in one word."""
    text = summary(run(made.header(), made.contestant("mine"), made.lifetimes("mine", lives, early=early)))

    assert f"write 5 s   {said}" in text


def test_a_refused_life_is_told_beside_the_others(run, made):
    """Who raised instead of storing has a row without figures, and why."""
    refused = made.lifetimes("mine", [], failures=5, validity="failing", because="set raised OSError: no")
    records = made.header(), made.lifetimes("other", ON_TIME), made.contestant("mine"), refused

    assert "set raised OSError: no" in render.html(run(*records))
    assert "raised" in summary(run(*records))


def test_a_drawing_is_told_in_words(run, made):
    """Who cannot see the curves hears what they show."""
    page = render.html(run(made.header(), made.contestant("mine"), made.lifetimes("mine", ON_TIME)))

    assert "mine: 4 keys, gone between 6 s and 7 s, 1 without an end." in page


def test_without_lives_there_is_no_section(run, made):
    """A Run that watched nothing says nothing of expiry."""
    assert 'id="expiry"' not in render.html(run(made.header()))


def test_what_lies_on_the_server_still_is_told(run, made):
    """What a server held when the watch was over is added up by kind; nothing is said where it held nothing."""
    records = [
        made.lifetimes("mine", ON_TIME, held={"keys": 2, "sessions": 0}),
        made.lifetimes("mine", ON_TIME, held={"keys": 3, "sessions": 1}, layer="result"),
    ]

    assert "still held: 5 keys, 1 sessions<" in render.html(run(made.header(), *records))
    assert "still held:" not in render.html(run(made.header(), made.lifetimes("mine", ON_TIME)))


@pytest.mark.parametrize("count", [1, 1000, 100_000])
def test_how_many_others_there_were_tells_lives_apart(run, made, count):
    """The chart, its row and the terminal say beside how many others keys lived, who had fewer says so itself."""
    since, fewer = f"write, beside {count:,} others", made.lifetimes("slow", ON_TIME, since="write, beside 7", others=7)
    records = made.header(), made.contestant("mine"), made.lifetimes("mine", ON_TIME, since=since, others=count), fewer
    page = render.html(run(*records))

    assert f"<small>beside {count:,} other" in page
    assert "<small>beside 7 others<" in page
    assert f"\n{since} 5 s  " in summary(run(*records))
