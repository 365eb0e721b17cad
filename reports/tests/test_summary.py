from __future__ import annotations

from crisper import runs
from crisper_reports.summary import summary
from crisper_reports.terminal import table


def test_it_fits_a_terminal(like_real):
    """No line is longer than 80 columns."""
    assert 80 >= max(map(len, summary(runs.read(like_real)).splitlines()))


def test_many_contestants_are_dealt_out_to_blocks():
    """A table too wide for 80 columns continues below, its first column repeated."""
    lines = table(["clause", *(f"contestant-{number}" for number in range(12))], [["A6", *["pass"] * 12]])

    assert 80 >= max(map(len, lines))
    assert 2 < sum(line.startswith("clause") for line in lines)
    assert 12 == "\n".join(lines).count("pass")


def test_a_broken_must_is_told_with_its_reason(run, made):
    """Each failing must is named with contestant, layer and why."""
    play = made.play("A6", "liar")
    text = summary(run(made.header([play]), made.verdict(play, "fail", "wrote 2, read 1"), made.FOOTER))

    assert "A6 liar (kv): wrote 2, read 1" in text


def test_a_reason_cannot_steer_the_terminal(run, made):
    """Escape sequences, new lines and reversed text in a reason are made harmless."""
    play = made.play("A6", "liar")
    text = summary(run(made.header([play]), made.verdict(play, "fail", "read \x1b[2J\nnothing \u202e")))

    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_struck_number_is_not_shown(run, made):
    """The table says struck, and not how fast the wrong answer was."""
    lying = made.verdict(made.play("A6", "liar"), "fail", "wrote 2, read 1")
    text = summary(run(made.header(), lying, made.measurement("liar", p50=1_500_000)))

    assert "get 100 B  struck" in text
    assert "1.50" not in text


def test_an_incomplete_run_says_so(run, made):
    """What is missing is counted and named."""
    text = summary(run(made.header([made.play("C2", "redis")])))

    assert "INCOMPLETE: 1 planned playing missing\n  s.C2[kv-redis]" in text
