from __future__ import annotations

import pytest

from crisper.checks.company import late_beside_others


S = 1_000_000_000


@pytest.fixture
def told(made):
    """Return a function that judges keys that were to live 5 s, by when each was missed, beside so many others."""

    def judge(*missing_s, count=1000, wanted=1000):
        ops = []
        for number, second in enumerate(missing_s):
            seq, key = 10 * number + 1, f"k{number}"
            ops.append(made.op(seq, "set", key, expires_ns=5 * S, called_ns=0, returned_ns=0))
            ops.append(made.op(seq + 1, "get", key, output="x", called_ns=49 * S // 10, returned_ns=49 * S // 10))
            if second is not None:
                at_ns = int(second * S)
                ops.append(made.op(seq + 2, "get", key, output=None, called_ns=at_ns, returned_ns=at_ns))
        others = made.seen("others", count=count, wanted=wanted)
        finding = late_beside_others(made.history(*ops, observations=[others, made.seen("reads", since="write")]), None)
        return finding.word, finding.because

    return judge


def test_how_late_keys_end_is_told(told):
    """The longest and the median overrun are told, and beside how many others that was."""
    because = "beside 1,000 others 20 keys of 5 s: 0.1 s late at most, 0.1 s in the median"

    assert ("pass", because) == told(*[5.1] * 20)


@pytest.mark.parametrize(
    ("missing", "more", "said"),
    [
        ([5.1], {"count": 7}, "beside 7 others (more of 1,000 were not written in time) 1 keys"),
        ([5.1], {"count": 1, "wanted": 1}, "beside one other 1 keys"),
        ([5.1, None], {}, "2 keys of 5 s: 1 outlived the watch"),
        ([4.95, 5.1], {}, "0.1 s late at most, 1 early"),
        ([5.1], {}, "0.1 s late at most; 1 keys are too few for a median"),
    ],
)
def test_what_is_out_of_the_ordinary_is_told(told, missing, more, said):
    """Fewer others, keys without an end, early ends, and whatever makes the figures doubtful are said."""
    assert said in told(*missing, **more)[1]


def test_without_lives_nothing_is_found(told):
    """Where no key lived there is nothing to tell."""
    assert "unknown" == told()[0]
