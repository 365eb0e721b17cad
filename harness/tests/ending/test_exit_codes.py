from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0, "kept"),
        (0, "known"),
        (0, "should"),
        (1, "broken"),
        (1, "otherwise"),
        (1, "past"),
        (1, "strict"),
        (2, "interrupted"),
        (3, "error"),
        (4, "nobody"),
        (4, "scheme"),
        (4, "image"),
        (4, "exists"),
        (4, "filtered"),
        (5, "nothing"),
        (6, "undecided"),
    ],
)
def test_a_session_ends_with_its_code(session, code, name):
    """Each way in which a session can end has the code that README gives it."""
    assert code == session(name).code, session(name).said


@pytest.mark.parametrize(("code", "name"), [(0, "kept"), (1, "broken"), (3, "error"), (6, "undecided")])
def test_a_run_that_came_to_its_end_says_how(session, code, name):
    """The footer holds the code that the process ended with."""
    assert code == session(name).run.footer.exit_code


def test_a_run_that_was_interrupted_has_no_footer(session):
    """Ctrl-C leaves a Run that can be read, and that says that it was cut off."""
    assert not session("interrupted").run.complete


@pytest.mark.parametrize("name", ["otherwise", "past"])
def test_a_deviation_that_is_wrong_is_named(session, name):
    """The Run and the terminal say which entry to change."""
    assert all("deviations.toml:2" in each for each in session(name).run.footer.complaints)
    assert "The gate asks for a change" in session(name).said


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("--backend nobody: no such backend", "nobody"),
        ("no result backend for the scheme", "scheme"),
        ("--image redis: not of the form ENGINE=REFERENCE", "image"),
        ("--run wrong.py: the file exists", "exists"),
        ("--update-deviations needs a whole run", "filtered"),
    ],
)
def test_what_cannot_be_done_is_one_line(session, said, name):
    """The line says what to change, there is no traceback, and nothing was played."""
    assert said in session(name).said
    assert "Traceback" not in session(name).said
    assert not session(name).file.exists()


def test_what_was_not_settled_makes_partial(session):
    """A contestant of which a claimed promise was not decided is called partial."""
    assert "memory is partial: X3 not settled" in " ".join(session("undecided").said.split())


def test_a_harness_error_blames_no_backend(session):
    """What the harness could not do is an error in every verdict, with the reason, and without a traceback."""
    assert {"error"} == {each.finding.word for each in session("error").run.verdicts}
    assert "no such luck" in session("error").said
    assert "Traceback" not in session("error").said
