from __future__ import annotations

import pytest

from crisper.checks.settings import prefixes_are_apart, scheme_is_known, served_alone


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


def result(made, seq, call, client, **more):
    return made.op(seq, call, client=client, layer="result", **more)


@pytest.mark.parametrize(
    ("many", "alone", "word"),
    [
        (["2"], ("SUCCESS", "2"), "pass"),
        (["1"], ("SUCCESS", "2"), "fail"),
        ([], ("SUCCESS", "2"), "fail"),
        (["2"], ("PENDING", None), "fail"),
    ],
)
def test_prefixes_meet_or_not(made, many, alone, word):
    """Of one name each client has its own, one by one and in many, also when the other has cleaned up."""
    ops = [
        *(result(made, int(name), "store_result", name, input=made.meta("SUCCESS", name)) for name in "12"),
        result(made, 3, "get_many", "1", output=[["k", "SUCCESS", "1"]]),
        result(made, 4, "get_task_meta", "1", output=made.meta("SUCCESS", "1")),
        result(made, 5, "cleanup", "3"),
        result(made, 6, "get_many", "2", output=[["k", "SUCCESS", each] for each in many]),
        result(made, 7, "get_task_meta", "2", output=made.meta(*alone)),
    ]

    assert word == prefixes_are_apart(made.history(*ops), made.judged()).word


def test_a_cleanup_that_raises_is_found(made):
    """Whoever cannot clean up keeps what has expired."""
    finding = prefixes_are_apart(made.history(made.op(1, "cleanup", outcome="failed", error="KeyError")), made.judged())

    assert ("fail", "cleanup raised KeyError (no message)") == (finding.word, finding.because)


def test_where_nothing_was_cleaned_up_nothing_was_played(made):
    """A place of its own could not be had."""
    assert "inapplicable" == prefixes_are_apart(made.history(), made.judged()).word
