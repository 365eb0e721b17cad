from __future__ import annotations

import pytest

from crisper.checks import endings
from crisper.checks.chords import bodies_are_told
from crisper.history import History, Observation, Op, Play
from crisper.scenario import Judged


SECOND = 1_000_000_000
LIMIT = 100


class Playing:
    """A History made by hand: what was sent, what the worker did, what the caller was told."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.observations: list[Observation] = []

    def sent(self, task: str, *args: object, key: str = "1", **more: object) -> Playing:
        return self.op("apply_async", key, input={"task": task, "args": list(args), **more})

    def did(self, *words: str, key: str = "1", state: str = "SUCCESS") -> Playing:
        self.observations += [
            Observation(kind=word, at_ns=SECOND // 10, data={"task": key, "state": state}) for word in words
        ]
        return self

    def told(self, output: object = None, key: str = "1", **error: str) -> Playing:
        return self.op("get", key, output=output, outcome="failed" if error else "ok", **error)

    def op(self, call: str, key: str, **more: object) -> Playing:
        seq = len(self.ops)
        called_ns = seq * 5 * SECOND
        times = {"called_ns": called_ns, "returned_ns": called_ns + (call != "apply_async") * 5 * SECOND}
        self.ops.append(Op(seq=seq, process=1, client="solo", layer="task", call=call, keys=[key], **times, **more))
        return self

    def judged(self, check, limit: int | None = None):
        play = Play(scenario="s", layer="task", contestant="c")
        history = History(play=play, started_ns=0, ended_ns=0, ops=self.ops, observations=self.observations)
        return check(history, Judged(claims=frozenset(), facts={"largest_value_bytes": limit}, celery="5.7.0"))


def expired() -> Playing:
    other = Playing().sent("echo", "x", key="2").told("y", key="2")
    return other.sent("echo", "never", expired=True).did("done", state="REVOKED")


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"error": "TaskRevokedError", "message": "expired"}, "pass"),
        ({"error": "TimeoutError"}, "fail"),
        ({"output": "never"}, "fail"),
    ],
)
def test_who_waits_for_a_revoked_task_is_told(told, word):
    """The revocation is raised; what others were told is another promise's matter."""
    assert word == expired().told(**told).judged(endings.revoked_is_told).word


@pytest.mark.parametrize(("error", "word"), [("ValueError", "pass"), ("KeyError", "fail")])
def test_a_chain_ends_in_its_links_error(error, word):
    """The error of the link that failed is what the chain raises."""
    playing = Playing().sent("fail", "bad luck", chain=["echo", "fail", "echo"])

    assert word == playing.told(error=error, message="bad luck").judged(endings.failing_link_is_told).word


@pytest.mark.parametrize(
    ("outer", "inner", "word"),
    [([["2", None], None], "x", "pass"), ("2", "x", "fail"), ([["2", None], None], None, "fail")],
)
def test_a_result_leads_to_its_value(outer, inner, word):
    """What is told of a result is what it is restored from, and the restored one tells its value."""
    playing = Playing().sent("handed_on", "2", "x").told(outer).told(inner, key="2")

    assert word == playing.judged(endings.results_are_handed_on).word


@pytest.mark.parametrize(
    ("words", "state", "word"),
    [(["done"], "PENDING", "pass"), (["done"], "SUCCESS", "fail"), ([], "PENDING", "unknown")],
)
def test_what_is_ignored_stays_pending(words, state, word):
    """The state of what was done is PENDING; of what was not done nothing can be said."""
    playing = Playing().sent("ignored", "x").did(*words).op("state", "1", output=state)

    assert word == playing.judged(endings.ignored_is_not_stored).word


@pytest.mark.parametrize(
    ("words", "told", "word"),
    [
        (["done", "done"], {"output": "first"}, "pass"),
        (["done", "done"], {"error": "ValueError", "message": "late"}, "fail"),
        (["done"], {"output": "first"}, "unknown"),
    ],
)
def test_a_success_stays_one(words, told, word):
    """After two deliveries the first result is told; one that did not happen shows nothing."""
    playing = Playing().sent("echo", "first").told("first").sent("fail", "late").did(*words).told(**told)

    assert word == playing.judged(endings.success_stays).word


@pytest.mark.parametrize(
    ("size", "limit", "told", "word"),
    [
        (101, LIMIT, {"error": "BackendStoreError"}, "pass"),
        (101, LIMIT, {"error": "TimeoutError"}, "fail"),
        (101, LIMIT, {"output": "x"}, "fail"),
        (2000, None, {"output": {"$sha256": "0", "$size": 2000}}, "pass"),
        (2000, None, {"error": "BackendStoreError"}, "fail"),
    ],
)
def test_what_is_too_large_is_told(size, limit, told, word):
    """Above the documented limit an error is told; without one the result itself is."""
    playing = Playing().sent("large", size).did("begun").told(**told)
    playing.sent("echo", "there", key="2").did("begun", key="2").told("there", key="2")

    assert word == playing.judged(endings.too_large_is_told, limit).word


def test_a_worker_that_goes_no_further_is_found():
    """Where nothing is begun after the large result, the worker died of it."""
    playing = Playing().sent("large", 101).did("begun").told(error="BackendStoreError")
    finding = (
        playing.sent("echo", "there", key="2")
        .told(key="2", error="TimeoutError")
        .judged(endings.too_large_is_told, LIMIT)
    )

    assert "fail" == finding.word
    assert finding.because.endswith("and the worker began nothing more")


def test_plain_bodies_are_told():
    """What bodies of plain headers return is judged; those of others are not asked."""
    odd = Playing().op("apply_async", "1", input={"chord": ["a", {"fail": "bad luck"}]}).told()
    kept = odd.op("apply_async", "2", input={"chord": ["a"]}).told(["a"], key="2").judged(bodies_are_told).word
    lost = odd.op("apply_async", "3", input={"chord": ["a"]}).told(["b"], key="3").judged(bodies_are_told).word

    assert ("pass", "fail") == (kept, lost)
