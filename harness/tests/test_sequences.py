from __future__ import annotations

from crisper.checks.register import reads_see_last_write
from crisper.checks.sequences import each_answer_follows, some_order_follows


def stored(made, seq, status, result, **more):
    return made.op(seq, "store_result", layer="result", input=made.meta(status, result), **more)


def fetched(made, seq, status, result):
    return made.op(seq, "get_task_meta", layer="result", output=made.meta(status, result))


def test_the_whole_sequence_is_the_evidence(made):
    """Up to the answer that is wrong: it is the shortest one, so that every call of it is needed."""
    ops = [made.op(1, "set", input=1), made.op(2, "get", "z"), made.op(3, "set", input=2), made.op(4, "get", output=1)]
    found = each_answer_follows(made.history(*ops), made.judged())

    assert ("fail", [1, 2, 3, 4]) == (found.word, found.evidence)
    assert "set, get, set, get: get answered 1; last written was 2" == found.because


def test_many_sequences_without_a_wrong_one_pass(made):
    """As many as were played; where none was, nothing is said."""
    seen = made.seen("searched", sequences=7, wrong=0)

    assert "7 sequences" in each_answer_follows(made.history(observations=[seen]), made.judged()).because
    assert "unknown" == each_answer_follows(made.history(), made.judged()).word


def test_no_state_replaces_success(made):
    """Until the task is forgotten."""
    late = [stored(made, 1, "SUCCESS", 1), stored(made, 2, "FAILURE", 2)]
    anew = [*late, made.op(3, "forget", layer="result"), stored(made, 4, "STARTED", 3)]

    assert "pass" == reads_see_last_write(made.history(*late, fetched(made, 3, "SUCCESS", 1)), made.judged()).word
    assert "fail" == reads_see_last_write(made.history(*late, fetched(made, 3, "FAILURE", 2)), made.judged()).word
    assert "pass" == reads_see_last_write(made.history(*anew, fetched(made, 5, "STARTED", 3)), made.judged()).word


def test_success_that_may_not_have_happened_stands_if_it_did(made):
    """Of a state after it, either is then possible."""
    doubt = [
        stored(made, 1, "STARTED", 1),
        stored(made, 2, "SUCCESS", 2, outcome="unknown"),
        stored(made, 3, "RETRY", 3),
    ]
    words = [
        reads_see_last_write(made.history(*doubt, fetched(made, 4, *meta)), made.judged()).word
        for meta in (("SUCCESS", 2), ("RETRY", 3), ("STARTED", 1))
    ]

    assert ["pass", "pass", "fail"] == words


def test_what_no_order_explains_is_told_by_client(made):
    """The evidence are the calls that no order explains, as of any history."""
    ops = [made.op(1, "set", input=1), made.op(2, "set", input=2, client="client-2"), made.op(3, "get", output=1)]
    found = some_order_follows(made.history(*ops), made.judged())

    assert "fail" == found.word
    assert "client-1: set, get; client-2: set: no order explains" in found.because


def test_many_meetings_without_a_wrong_one_pass(made):
    """As many as were played; where none was, nothing is said."""
    seen = made.seen("searched", sequences=7, wrong=0)

    assert "7 sequences" in some_order_follows(made.history(observations=[seen]), made.judged()).because
    assert "unknown" == some_order_follows(made.history(), made.judged()).word
