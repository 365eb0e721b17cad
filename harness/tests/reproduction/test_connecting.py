from __future__ import annotations

import pytest

from crisper.reproduction.record import UnsayableError


def connected(made, change, *arguments, more=(), observations=()):
    """Return a History of a client that was made for a changed URL."""
    given = {"change": change, "arguments": [*arguments], "changed": True}
    return made.history(made.op(1, "connect", keys=[], input=given), *more, observations=observations)


def test_an_option_stands_in_the_url(made, ran):
    """The client is made with it, and what it turns on is looked at."""
    switch = made.op(2, "switch", keys=[], input="url", output=True)
    text = made.text(connected(made, "with_option", "one", "0", more=[switch]), 2, because="it is on")

    assert "client_1 = Celery(backend=url + ('&' if '?' in url else '?') + 'one=0').backend" in text
    assert (1, "reproduced: it is on") == ran(text)


@pytest.mark.parametrize(
    ("change", "arguments", "form"),
    [
        ("with_password", ["p"], "url.replace('://', '://:p@', 1)"),
        ("without_port", [], r"re.sub(r':\d+', '', url, count=1)"),
    ],
)
def test_every_change_of_a_url_is_written(made, change, arguments, form):
    """As the scenarios make it."""
    text = made.text(connected(made, change, *arguments, more=[made.op(2, output=None)]), 2)

    assert f"Celery(backend={form}).backend" in text


def test_an_unknown_change_has_no_script(made):
    """It is named instead of left out."""
    found = connected(made, "upside_down", more=[made.op(2, output=None)])
    with pytest.raises(UnsayableError, match=r"how a client for .*upside_down.* is written"):
        made.text(found, 2)


def test_that_nobody_complains_is_part_of_it(made, ran):
    """A warning would be the end of the failure."""
    read = made.op(2, "get_task_meta", layer="result", output={"status": "PENDING", "result": None})
    found = connected(made, "with_option", "no", "1", more=[read], observations=[made.observed("listening")])
    text = made.text(found, 1, 2, because="without a word")

    assert "and seen['result'] is None and not complaints:" in text
    assert (1, "reproduced: without a word") == ran(text)


def test_another_environment_is_set_on_the_way(made):
    """What another process did in its own environment is done after that was set."""
    write, read = made.op(1, "set", input="x"), made.op(2, process=2, client="process-1-1", output=None)
    text = made.text(made.history(write, read, observations=[made.observed("aside", environment={"A": "b"})]), 2)
    lines = text.splitlines()

    assert "os.environ.update({'A': 'b'})" == lines[lines.index("process_1_1 = Celery(backend=url).backend") - 1]
