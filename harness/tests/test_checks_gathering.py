from __future__ import annotations

import pytest

from crisper.checks.gathering import each_once, ends_in_time, nothing_comes
from crisper.history import History, Observation, Op, Play
from crisper.scenario import Judged


MS = 1_000_000
NOBODY = Judged(claims=frozenset(), facts={}, celery="5.7.0")


def op(call: str, keys: list[str], took_ms: int = 1, **more: object) -> Op:
    more |= {"outcome": "unknown"} if "error" in more else {}
    times = {"called_ns": 0, "returned_ns": took_ms * MS}
    return Op(seq=1, process=1, client="client-1", layer="result", call=call, keys=keys, **times, **more)


STORES = [op("store_result", [key], input={"result": key.upper(), "status": "SUCCESS"}) for key in ("a", "b")]


def asked(*keys: str, told: str = "", **more: object) -> Op:
    output = [[key, "SUCCESS", key.upper()] for key in told]
    return op("get_many", list(keys), **{"input": {"timeout": 0.2}, "output": output, **more})


def word(check, *ops: Op, lag_ms: int = 0) -> str:
    lag = Observation(kind="lag", at_ns=0, data={"max_ns": lag_ms * MS})
    play = Play(scenario="s", layer="kv", contestant="c")
    history = History(play=play, started_ns=0, ended_ns=0, ops=[*STORES, *ops], observations=[lag])
    return check(history, NOBODY).word


@pytest.mark.parametrize(
    ("told", "expected"), [("ab", "pass"), ("ba", "pass"), ("a", "fail"), ("aab", "fail"), ("abc", "fail")]
)
def test_each_id_is_told_once(told, expected):
    """Every stored id once, in any order, however often it was named, and nothing that nobody stored."""
    assert expected == word(each_once, asked("a", "b", "b", "c", told=told))


def test_another_value_is_found():
    """What is told of an id is what was stored for it."""
    swapped = [["a", "SUCCESS", "B"], ["b", "SUCCESS", "A"]]

    assert "fail" == word(each_once, asked("a", "b", output=swapped))


def test_an_error_is_found():
    """Where max_iterations ends it, nothing is raised."""
    assert "fail" == word(each_once, asked("a", "c", error="TimeoutError", output=None))


@pytest.mark.parametrize(
    ("took_ms", "lag_ms", "expected"),
    [(200, 0, "pass"), (190, 0, "fail"), (690, 0, "pass"), (710, 0, "fail"), (710, 20, "unknown")],
)
def test_what_never_comes_ends_in_time(took_ms, lag_ms, expected):
    """It ends between its timeout and half a second later."""
    gave_up = asked("c", took_ms=took_ms, error="TimeoutError", output=None)

    assert expected == word(ends_in_time, gave_up, lag_ms=lag_ms)


def test_of_several_most_are_prompt():
    """A moment may be taken from one by the machine; one that is early is early all the same."""
    late, prompt, early = (asked("c", took_ms=each, error="TimeoutError", output=None) for each in (900, 300, 190))

    assert ["fail", "pass", "fail"] == [word(ends_in_time, late, prompt, each) for each in (late, prompt, early)]


def test_what_never_comes_is_not_passed_over():
    """To end without a word is a failure."""
    assert "fail" == word(ends_in_time, asked("c", took_ms=200))


@pytest.mark.parametrize(
    ("more", "expected"),
    [({"output": []}, "pass"), ({"output": [1]}, "fail"), ({"error": "RuntimeError", "output": None}, "fail")],
)
def test_of_nothing_comes_nothing(more, expected):
    """No result, and no error either."""
    play = Play(scenario="s", layer="result", contestant="c")
    history = History(play=play, started_ns=0, ended_ns=0, ops=[op("ResultSet.get", [], **more)])

    assert expected == nothing_comes(history, NOBODY).word
