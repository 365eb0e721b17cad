from __future__ import annotations

import pytest

from crisper.backends import NEVER
from crisper.bounding import bounds, step
from crisper.checks.bounds import bounds_are_found
from crisper.checks.expiry import lives


S = 1_000_000_000
MS = S // 1000
DAY = 86_400 * S


@pytest.fixture
def searched(made):
    """Return a History in which some lives were asked for, and one ladder was watched, by (told, seen, missing)."""

    def search(*asked, ladder=(), broken=None):
        ops, seen, keys = [], [], []
        for number, (expires_ns, error, ttl_ns) in enumerate(asked):
            key, early = f"a{number}", error == "early"
            seen.append(made.seen("asked", key=key, expires_ns=expires_ns, error="" if early else error, early=early))
            seen += [made.seen("ttl", key=key, ttl_ns=ttl_ns)] if ttl_ns is not None else []
        for number, (told, last, missing) in enumerate(ladder, 1):
            keys.append(f"k{number}")
            ops.append(made.op(10 * number, "set", keys[-1], expires_ns=told, called_ns=0, returned_ns=0))
            for seq, at_ns, output in ((1, last, "x"), (2, missing, None)):
                if at_ns is not None:
                    call = {"called_ns": at_ns, "returned_ns": at_ns, "output": output}
                    ops.append(made.op(10 * number + seq, "get", keys[-1], **call))
        return made.history(*ops, observations=[*seen, made.seen("ladder", keys=keys)], broken=broken)

    return search


def rounded(*told_ns, to_ns=1, stretch=1, looks_ns=2 * MS):
    """Return a ladder of lives that are cut down to whole steps, and stretched."""
    ends = [told // to_ns * to_ns * stretch for told in told_ns]
    return [(told, end - looks_ns, end) for told, end in zip(told_ns, ends, strict=True)]


TENTHS = [S + number * S // 10 for number in range(21)]


@pytest.mark.parametrize("stretch", [1, 2])
def test_a_step_of_a_second_is_found(searched, stretch):
    """Lives cut down to whole seconds: up to 0.9 s make no difference, a second always does, whatever the factor."""
    ladder = rounded(*TENTHS, to_ns=S, stretch=stretch)

    assert (S, 9 * S // 10) == step(lives(searched(ladder=ladder)))


def test_no_step_is_found_where_there_is_none(searched):
    """Lives that end as they were told are apart as soon as the looks can tell, and none are alike."""
    assert (S // 10, None) == step(lives(searched(ladder=rounded(*TENTHS))))


def test_a_step_is_no_finer_than_the_looks(searched):
    """What was looked at once in 0.2 s is not told apart by a tenth of a second."""
    step_ns, same_ns = step(lives(searched(ladder=rounded(*TENTHS, looks_ns=S // 5))))

    assert (True, None) == (step_ns > S // 5, same_ns)


def test_what_has_no_end_has_no_step(searched):
    """Nothing is concluded from lives that outlived the watch."""
    assert (None, None) == step(lives(searched(ladder=[(told, told, None) for told in TENTHS])))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([(MS, "", None), (DAY, "", None)], (MS, "", DAY, "")),
        ([(9 * S, "no", None), (10 * S, "", None), (DAY, "", None), (2 * DAY, "so", None)], (10 * S, "no", DAY, "so")),
        ([(MS, "", NEVER), (S, "", S)], (S, "kept without end", S, "")),
        ([(DAY, "", 3600 * S), (60 * S, "", 60 * S)], (60 * S, "", 60 * S, "kept for 3600 s by the server")),
        ([(S, "", None), (5 * S, "early", None), (9 * S, "", None)], (9 * S, "gone at once", 9 * S, "")),
        ([(S, "no", None), (DAY, "no more", None)], (None, "no more", None, "")),
    ],
)
def test_a_bound_lies_where_nothing_is_refused_between(searched, asked, found):
    """The shortest and the longest accepted are told, and why what is next beyond was not."""
    (one,) = bounds(searched(*asked))

    assert found == (one.shortest_ns, one.below, one.longest_ns, one.above)


def test_the_shortest_kept_was_seen_and_ended_in_time(searched):
    """Neither what was never seen, nor early, nor a second late counts; nor what is shorter than a life without end."""
    ladder = [(S, None, S), (2 * S, S, S), (3 * S, 9 * S // 2, 5 * S), (4 * S, 3 * S, 4 * S), (5 * S, 4 * S, 6 * S)]
    endless = (4 * S, 30 * S, None)
    found = [
        bounds(searched((S, "", None), ladder=each))[0]
        for each in (ladder[:1] + ladder[3:], ladder, [*ladder, endless])
    ]

    assert [(4 * S, None), (4 * S, 3 * S), (5 * S, 4 * S)] == [(each.kept_ns, each.unkept_ns) for each in found]


@pytest.mark.parametrize("changes", [{"asked": ()}, {"asked": [(S, "", None)], "broken": "ValueError: x"}])
def test_no_search_has_no_bounds(searched, changes):
    """A playing that asked for nothing, or broke off, measures nothing, and decides nothing."""
    history = searched(*changes["asked"], broken=changes.get("broken"))

    assert [] == bounds(history)
    assert "unknown" == bounds_are_found(history, None).word


@pytest.mark.parametrize(
    ("asked", "ladder", "told"),
    [
        ([(S, "no", None)], (), "no life was accepted: no"),
        (
            [(S, "", None), (DAY, "", None)],
            [(S, 9 * S, None)],
            "accepted from 1 s or shorter to 1 d or longer; 1 of 1 watched outlived two and a half times their length",
        ),
        (
            [(MS, "no", None), (S, "", None), (2 * S, "so", None)],
            rounded(*TENTHS, to_ns=S),
            (
                "accepted from 1 s (a shorter one: no) to 1 s (a longer one: so); "
                "kept from 1 s; 0.9 s apart they may end together, 1 s apart never"
            ),
        ),
        (
            [(S, "", None)],
            rounded(*TENTHS),
            (
                "accepted from 1 s or shorter to 1 s or longer; kept from 1 s; 0.1 s apart they end apart, "
                "and what is finer could not be seen"
            ),
        ),
        (
            [(S, "", None)],
            [(S, None, S), (2 * S, S, 2 * S)],
            (
                "accepted from 1 s or shorter to 1 s or longer; kept from 2 s or shorter; "
                "by what they end apart could not be seen"
            ),
        ),
    ],
)
def test_bounds_are_told_in_words(searched, asked, ladder, told):
    """What was found is said, and what could not be decided, too."""
    assert ("pass", told) == ((found := bounds_are_found(searched(*asked, ladder=ladder), None)).word, found.because)
