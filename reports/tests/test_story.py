from __future__ import annotations

from crisper_reports import matrix, story


def _told(found):
    standings = story.standings(found, matrix.rows(found))
    return story.headline(found, standings), story.sentences(standings)


def test_headline_says_who_keeps_and_who_breaks(run, made):
    """Keepers come first, breakers with the number of musts, both by name."""
    good, bad = made.play("A6", "redis"), made.play("A6", "liar")
    headline, rest = _told(
        run(made.header([good, bad]), made.verdict(good), made.verdict(bad, "fail", "read 1"), made.FOOTER)
    )

    assert "redis keeps every must asked of it; liar breaks 1 must." == headline
    assert ["liar breaks A6."] == rest


def test_a_broken_should_breaks_no_must(run, made):
    """A should that failed is told, and does not make a breaker."""
    play = made.play("C5", "redis")
    headline, rest = _told(run(made.header([play]), made.verdict(play, "fail", "late", level="should"), made.FOOTER))

    assert "redis keeps every must asked of it." == headline
    assert ["redis misses the should C5."] == rest


def test_what_was_cut_off_keeps_nothing(run, made):
    """Nobody with a missing playing is said to keep everything."""
    played, cut = made.play("A6", "redis"), made.play("C2", "redis")
    headline, _ = _told(run(made.header([played, cut]), made.verdict(played)))

    assert "This Run was cut off. So far, redis is not settled." == headline


def test_who_never_took_part_is_named_with_the_reason(run, made):
    """A contestant that could not start is neither a keeper nor a breaker."""
    play = made.play("A6", "redis")
    headline, rest = _told(
        run(made.header([play]), made.contestant("redis", failure="no image could be had"), made.FOOTER)
    )

    assert "nothing was judged in this Run." == headline
    assert ["redis never took part: no image could be had."] == rest


def test_an_unclaimed_capability_is_told(run, made):
    """What a contestant does not claim is said, and is no failure."""
    play = made.play("C2", "memory")
    headline, rest = _told(run(made.header([play]), made.verdict(play, "unsupported", "not claimed"), made.FOOTER))

    assert "memory keeps every must asked of it." == headline
    assert ["memory does not claim what C2 asks for."] == rest
