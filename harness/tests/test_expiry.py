from __future__ import annotations

import pytest

from crisper.checks.expiry import gone_in_time, lifetimes_work, lives, never_early


S = 1_000_000_000
#: What a call takes.
CALL = 1_000_000


@pytest.fixture
def life(made):
    """Return a function that makes the Ops of one key: written at 0, then read at the given seconds."""

    def live(*, seen=(), missing=(), expires=2, key="k", seq=1, **written):
        reads = sorted([(at, b"x") for at in seen] + [(at, None) for at in missing], key=lambda read: read[0])
        write = made.op(
            seq, "set", key, input="x", expires_ns=int(expires * S), **{"called_ns": 0, "returned_ns": CALL, **written}
        )
        return [
            write,
            *(
                made.op(
                    seq + number,
                    "get",
                    key,
                    output=value and "x",
                    called_ns=int(at * S),
                    returned_ns=int(at * S) + CALL,
                )
                for number, (at, value) in enumerate(reads, 1)
            ),
        ]

    return live


@pytest.fixture
def told(made):
    """Return a function that judges lives by a check, the instrument having lagged by 7 ms."""

    def judge(check, *ops, claims=("autoexpire",)):
        history = made.history(*ops, observations=[made.seen("lag", max_ns=7_000_000)])
        return check(history, made.judged(*claims))

    return judge


@pytest.mark.parametrize("check", [never_early, gone_in_time, lifetimes_work])
def test_a_life_that_ends_on_time_passes(life, told, check):
    """Seen just before its time, missing just after: kept by every check."""
    assert "pass" == told(check, *life(seen=[1, 1.95], missing=[2.05])).word


def test_gone_early_fails(life, told):
    """Missing before its time has come fails, by how much, shown by the Ops around the end."""
    finding = told(never_early, *life(seen=[0.5, 0.9], missing=[1.1]))

    assert "1 of 1 keys were gone early: set to 2 s, gone between 0.9 s and 1.1 s" == finding.because
    assert ("fail", [1, 3, 4], 2 * S - (1_100_000_000 + CALL)) == (finding.word, finding.evidence, finding.margin_ns)


def test_gone_late_fails(life, told):
    """Still readable a second after its time fails, by how much."""
    finding = told(gone_in_time, *life(seen=[1.9, 3.9], missing=[4.1]))

    assert ("fail", 3_900_000_000 - (CALL + 3 * S)) == (finding.word, finding.margin_ns)
    assert (
        "1 of 1 keys outlived their time by more than 1 s: set to 2 s, gone between 3.9 s and 4.1 s" == finding.because
    )


def test_never_gone_fails(life, told):
    """What is readable to the last look fails, and no end is invented."""
    finding = told(gone_in_time, *life(seen=[1.9, 6]))

    assert "1 of 1 keys outlived their time by more than 1 s: set to 2 s, still readable after 6 s" == finding.because


@pytest.mark.parametrize("missing", [2.0, 2.999])
def test_a_second_late_is_in_time(life, told, missing):
    """Up to a second after its time a key may be readable."""
    assert "pass" == told(gone_in_time, *life(seen=[1.9], missing=[missing])).word


def test_a_gap_around_the_end_decides_nothing(life, told):
    """Nobody looked between before and long after: unknown, with the lag of the instrument told."""
    finding = told(gone_in_time, *life(seen=[1.9], missing=[5]))

    assert "unknown" == finding.word
    assert "set to 2 s, gone between 1.9 s and 5 s (the instrument itself lagged by up to 7 ms)" in finding.because


def test_a_gap_before_the_end_decides_nothing(life, told):
    """Last seen long before its time, missing after it: it may have been gone early."""
    assert "unknown" == told(never_early, *life(seen=[1], missing=[2.05])).word


@pytest.mark.parametrize(("check", "missing"), [(never_early, 1.9995), (gone_in_time, 3.0005)])
def test_a_read_across_the_moment_decides_nothing(life, told, check, missing):
    """A read that began before the moment that counts, and ended after it, proves neither."""
    assert "unknown" == told(check, *life(seen=[1], missing=[missing])).word


def test_the_write_itself_takes_time(life, told):
    """A life begins somewhere within the write: early counts from its beginning, late from its end."""
    slow = life(seen=[2.45], missing=[2.55], returned_ns=S // 2)

    assert ("pass", "pass") == (told(never_early, *slow).word, told(gone_in_time, *slow).word)


def test_one_bad_life_among_good_ones_fails(life, told):
    """The worst life decides, and how many are like it is told."""
    good = life(seen=[1.95], missing=[2.05])
    bad = life(seen=[0.5], missing=[1], key="other", seq=10)

    assert ("fail", True) == ((finding := told(never_early, *good, *bad)).word, "1 of 2 keys" in finding.because)


def test_a_few_lives_in_doubt_do_not_matter(life, told):
    """Where enough lives were looked at in time, the others change nothing, and are not counted as kept."""
    good = [
        op for number in range(9) for op in life(seen=[1.95], missing=[2.05], key=f"k{number}", seq=10 * number + 1)
    ]
    doubtful = life(seen=[1], missing=[5], key="other", seq=100)
    finding = told(gone_in_time, *good, *doubtful)

    assert ("pass", "9 of 10 keys") == (finding.word, finding.because[:12])


def test_many_lives_in_doubt_decide_nothing(life, told):
    """Where too few were looked at in time, the answer is unknown."""
    good = life(seen=[1.95], missing=[2.05])
    doubtful = life(seen=[1], missing=[5], key="other", seq=10)

    another = life(seen=[1], missing=[5], key="third", seq=20)

    assert "unknown" == told(gone_in_time, *good, *doubtful, *another).word


def test_a_refused_lifetime_fails(made, told):
    """A write that is refused breaks the promise; the error and every refused lifetime are told."""
    refused = [
        made.op(seq, "set", expires_ns=seconds * S, outcome="failed", error="AssertionError")
        for seq, seconds in enumerate((1, 5, 5), 1)
    ]
    finding = told(lifetimes_work, *refused)

    assert "set raised AssertionError (no message), with result_expires of 1 s, 5 s" == finding.because
    assert ("fail", [1, 2, 3]) == (finding.word, finding.evidence)


def test_a_write_that_timed_out_is_not_refused(made, told):
    """A time-out may have happened: it says nothing about a lifetime."""
    assert (
        "unknown" == told(lifetimes_work, made.op(1, "set", expires_ns=S, outcome="unknown", error="TimeoutError")).word
    )


def test_reads_that_raise_decide_nothing(made, life, told):
    """Where a read raised, the end was not seen; the first error is quoted."""
    trouble = made.op(9, "get", outcome="failed", error="OSError", message="no")
    finding = told(gone_in_time, *life(seen=[1.9]), trouble)

    assert ("unknown", "1 calls raised, the first OSError: no", [9]) == (
        finding.word,
        finding.because,
        finding.evidence,
    )


def test_without_an_expiry_there_is_nothing_to_judge(made, told):
    """A write that is to live for ever is no watch."""
    assert "unknown" == told(never_early, made.op(1, "set")).word


def test_who_does_not_claim_to_expire_must_only_not_be_early(life, told):
    """Lifetimes of a backend that cleans up by command may outlast their time."""
    late = life(seen=[1.9, 6])

    assert ("pass", "fail") == tuple(told(lifetimes_work, *late, claims=each).word for each in ((), ("autoexpire",)))


def test_a_pass_tells_the_span(life, told):
    """A pass says by when the last key of each lifetime was gone."""
    lived = [*life(seen=[1.95], missing=[2.5]), *life(seen=[4.9], missing=[5.25], expires=5, key="other", seq=10)]
    finding = told(gone_in_time, *lived)

    assert "2 of 2 keys: set to 2 s, gone after at most 2.5 s; set to 5 s, gone after at most 5.25 s" == finding.because


def test_a_life_is_an_interval(made, life):
    """How long a key lived is known from the last read that saw it and the first that did not."""
    (found,) = lives(made.history(*life(seen=[1, 1.5], missing=[2.5])))

    assert (int(1.5 * S) - CALL, int(2.5 * S) + CALL) == (found.at_least_ns, found.at_most_ns)
