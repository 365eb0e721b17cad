from __future__ import annotations

import pytest

from crisper.checks.caching import success_alone_is_remembered
from crisper.checks.cleaning import groups_go, results_go
from crisper.checks.lifetimes import failures_live_by_their_own
from crisper.checks.metadata import answers_are, meta_tells, uuids_are_ids


def remembered(made, size, state, again):
    calls = [("store_result", {"input": made.meta(state, 1)}), ("get_task_meta", {"output": made.meta(state, 1)})]
    calls += [("forget", {}), ("get_task_meta", {"output": made.meta(again, 1 if again != "PENDING" else None)})]
    ops = [made.op(number, call, layer="result", **more) for number, (call, more) in enumerate(calls, 1)]
    seen = made.seen("client", client="client-1", conf={"result_cache_max": size})
    return success_alone_is_remembered(made.history(*ops, observations=[seen]), made.judged()).word


@pytest.mark.parametrize(
    ("size", "state", "kept", "gone"),
    [
        (9, "SUCCESS", "pass", "fail"),
        (9, "FAILURE", "fail", "pass"),
        (9, "STARTED", "fail", "pass"),
        (-1, "SUCCESS", "fail", "pass"),
    ],
)
def test_success_alone_is_remembered(made, size, state, kept, gone):
    """And where there is a cache it is."""
    assert (kept, gone) == (remembered(made, size, state, state), remembered(made, size, state, "PENDING"))


def test_a_forget_that_raises_breaks_that_promise_too(made):
    """Nothing can be said of a cache then."""
    op = made.op(1, "forget", layer="result", outcome="failed", error="NotImplementedError")

    assert "fail" == success_alone_is_remembered(made.history(op), made.judged()).word


GONE, THERE = {"status": "PENDING", "result": None}, {"status": "SUCCESS", "result": 1}


def cleaned(made, old, new, *, cleanup=True, old_at_s=4.0):
    def at(seconds):
        return {"called_ns": int(seconds * made.SECOND), "returned_ns": int(seconds * made.SECOND) + 1}

    life = {"input": THERE, "expires_ns": 2 * made.SECOND}
    ops = [
        made.op(1, "store_result", "old", layer="result", **life, **at(0)),
        made.op(2, "store_result", "new", layer="result", **life, **at(old_at_s)),
        *([made.op(3, "cleanup", **at(old_at_s))] if cleanup else []),
        made.op(4, "get_task_meta", "old", layer="result", output=old, **at(old_at_s)),
        made.op(5, "get_task_meta", "new", layer="result", output=new, **at(old_at_s)),
    ]
    return results_go(made.history(*ops), made.judged())


@pytest.mark.parametrize(("old", "new", "word"), [(GONE, THERE, "pass"), (THERE, THERE, "fail"), (GONE, GONE, "fail")])
def test_exactly_what_has_expired_goes(made, old, new, word):
    """Neither less nor more."""
    assert word == cleaned(made, old, new).word


def test_it_is_told_how_it_went(made):
    """By itself, or by cleanup(), which is evidence then."""
    assert "what had expired was gone by itself, and nothing else" == cleaned(made, GONE, THERE, cleanup=False).because
    assert "cleanup() removed what had expired, and nothing else" == cleaned(made, GONE, THERE).because
    assert ([1, 3, 4], [1, 4]) == (
        cleaned(made, THERE, THERE).evidence,
        cleaned(made, THERE, THERE, cleanup=False).evidence,
    )


def test_what_went_too_early_is_shown_with_what_went_before(made):
    """Something of the first may have taken the second with it."""
    assert [1, 2, 5] == cleaned(made, GONE, GONE, cleanup=False).evidence


def test_near_the_end_nothing_is_decided(made):
    """Within the second that ending may take."""
    assert "unknown" == cleaned(made, THERE, THERE, old_at_s=2.5).word


def test_where_nobody_may_clean_up_the_promise_has_no_meaning(made):
    """Somebody else's results are not put at risk for it."""
    assert "inapplicable" == results_go(made.history(), made.judged()).word


def test_groups_go_as_results_do(made):
    """The same, of what was saved and restored."""
    ops = [
        made.op(1, "save_group", input=[1], expires_ns=made.SECOND, layer="result", called_ns=0, returned_ns=1),
        made.op(2, "restore_group", output=[1], layer="result", called_ns=3 * made.SECOND, returned_ns=3 * made.SECOND),
    ]

    assert "fail" == groups_go(made.history(*ops), made.judged()).word


def failing(made, *, success=True, ended_s=2.1, complaints=()):
    def at(seconds):
        return {"layer": "result", "called_ns": int(seconds * made.SECOND), "returned_ns": int(seconds * made.SECOND)}

    mortal = {"input": made.meta("FAILURE", "no"), "expires_ns": 2 * made.SECOND}
    stored = {"input": THERE, "expires_ns": 3600 * made.SECOND}
    ops = [
        made.op(1, "store_result", "success", **stored, **at(0)),
        made.op(2, "store_result", "failure", **mortal, **at(0)),
        made.op(3, "get_task_meta", "failure", output=mortal["input"], **at(ended_s - 0.1)),
        made.op(4, "get_task_meta", "failure", output=GONE, **at(ended_s)),
        made.op(5, "get_task_meta", "success", output=THERE if success else GONE, **at(ended_s)),
    ]
    seen = [made.seen("complaint", text=text) for text in complaints]
    return failures_live_by_their_own(made.history(*ops, observations=seen), made.judged()).word


def test_failures_end_when_they_are_to(made):
    """Neither a second late, nor early, nor with the others."""
    assert ("pass", "fail", "fail") == (failing(made), failing(made, ended_s=5), failing(made, ended_s=1))
    assert "fail" == failing(made, success=False)


def test_whoever_warns_need_not(made):
    """The setting has to be named in the warning."""
    assert ("pass", "fail") == (
        failing(made, ended_s=9, complaints=["X does not support result_failure_expires"]),
        failing(made, ended_s=9, complaints=["something else"]),
    )


def test_fields_are_told_as_stored(made):
    """One that is missing or otherwise is named."""
    check = meta_tells({"name": "echo", "retries": 2})
    right, wrong = ({"name": "echo", "retries": number} for number in (2, 0))

    assert "pass" == check(made.history(made.op(1, "get_task_meta", output=right)), made.judged()).word
    assert "get_task_meta told retries 0; stored was otherwise" == (
        check(made.history(made.op(1, "get_task_meta", output=wrong)), made.judged()).because
    )


def test_answers_are_compared_in_their_order(made):
    """Each with its own."""
    check = answers_are("exists", [False, True])
    right, wrong = (
        made.history(*(made.op(number, "exists", output=each) for number, each in enumerate(answers, 1)))
        for answers in ([False, True], [True, True])
    )

    assert ("pass", "exists answered True, not False") == (
        check(right, made.judged()).word,
        check(wrong, made.judged()).because,
    )


@pytest.mark.parametrize("stored", ["store_result", "store_result(UUID)"])
@pytest.mark.parametrize("asked", ["get_task_meta", "get_task_meta(UUID)"])
def test_a_uuid_is_as_good_as_its_text(made, stored, asked):
    """Whoever stores, and whoever asks."""

    def judged(answer):
        ops = made.op(1, stored, layer="result", input=THERE), made.op(2, asked, layer="result", output=answer)
        return uuids_are_ids(made.history(*ops), made.judged()).word

    assert ("pass", "fail") == (judged(THERE), judged(GONE))
