from __future__ import annotations

import pytest

from crisper.checks.lifetimes import fractions_end


S = 1_000_000_000
CALL = 1_000_000


@pytest.fixture
def told(made):
    """Return a function that judges keys set to half a second, by when each was last seen, or seen missing."""

    def judge(*ends):
        ops = []
        for number, (last_s, missing_s) in enumerate(ends):
            key, seq = f"k{number}", 10 * number
            ops.append(made.op(seq + 1, "set", key, input="x", expires_ns=S // 2, called_ns=0, returned_ns=CALL))
            for at_s, value in ((last_s, "x"), (missing_s, None)):
                if at_s is not None:
                    called_ns, seq = int(at_s * S), seq + 1
                    times = {"called_ns": called_ns, "returned_ns": called_ns + CALL}
                    ops.append(made.op(seq + 1, "get", key, output=value, **times))
        return fractions_end(made.history(*ops), made.judged("autoexpire"))

    return judge


def test_fractions_that_are_honoured_or_rounded_up_pass(told):
    """Half a second, or one, and a moment."""
    assert "pass" == told((0.49, 0.6), (1.9, 1.99)).word


@pytest.mark.parametrize(
    ("ends", "because", "evidence"),
    [
        ([(0.1, 0.45), (0.1, 0.2)], "set to 0.5 s, gone after at most 0.201 s", [11, 12, 13]),
        ([(2.5, None), (3.5, None)], "set to 0.5 s, still readable after 3.499 s", [11, 12]),
    ],
    ids=["cut short", "for ever"],
)
def test_what_is_wrong_by_most_is_shown(told, ends, because, evidence):
    """Another try would hardly see again what was early or late by a hundredth of a second."""
    finding = told(*ends)

    assert ("fail", because, evidence) == (finding.word, finding.because, finding.evidence)
