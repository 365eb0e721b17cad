from __future__ import annotations

import pytest

from crisper.checks.settings import scheme_is_known, served_alone


CHECK = served_alone("the right one", "a wrong one", unheard="nobody asked")
REFUSED = {"outcome": "failed", "error": "AuthenticationError"}


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ({}, REFUSED, ("pass", "the right one is served, a wrong one is not")),
        (REFUSED, REFUSED, ("fail", "with the right one get raised AuthenticationError (no message)")),
        ({}, {}, ("fail", "with a wrong one get answered")),
    ],
)
def test_who_is_right_is_served_alone(made, right, wrong, expected):
    """The first client is, whoever comes later is not."""
    ops = made.op(1, "get", **right), made.op(2, "get", client="client-2", **wrong)
    finding = CHECK(made.history(*ops), made.judged())

    assert expected == (finding.word, finding.because)


def test_one_client_shows_nothing(made):
    """Where there is no other to be turned away."""
    finding = CHECK(made.history(made.op(1, "get")), made.judged())

    assert ("fail", "nobody asked") == (finding.word, finding.because)


@pytest.mark.parametrize(
    ("of_a_class", "outcome", "expected"),
    [
        (False, {}, ("pass", "Celery knows x")),
        (True, {}, ("pass", "its URL names the class itself")),
        (
            False,
            {"outcome": "failed", "error": "ImproperlyConfigured"},
            ("fail", "with the scheme x connect raised ImproperlyConfigured (no message)"),
        ),
    ],
)
def test_a_scheme_is_known_or_not(made, of_a_class, outcome, expected):
    """Where the URL names the class, there is nothing to know."""
    seen = made.seen("scheme", name="x", of_a_class=of_a_class)
    finding = scheme_is_known(made.history(made.op(1, "connect", **outcome), observations=[seen]), made.judged())

    assert expected == (finding.word, finding.because)
