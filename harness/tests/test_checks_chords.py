from __future__ import annotations

import pytest

from crisper.checks.chords import (
    chords_come_to_their_end,
    counted_once,
    counts_live_by_their_own,
    polling_ends,
)


HEADER = ["1", "2"]
FAILED = {"status": "FAILURE", "result": {"$exception": "ChordError", "args": ["1 raised"]}}


class Playing:
    """A chord of two made by hand: what its parts did, and what was seen of its body."""

    def __init__(self, made) -> None:
        self.made, self.ops, self.observations = made, [], []
        self.does("chord", "body", input=HEADER, expires_ns=2 * made.SECOND)

    def does(self, call, *keys, **more):
        self.ops.append(self.made.op(len(self.ops) + 1, call, *keys, layer="result", **more))
        return self

    def returns(self, *tasks, at_s=0):
        for task in tasks:
            times = {"called_ns": at_s * self.made.SECOND, "returned_ns": at_s * self.made.SECOND + 1}
            self.does("mark_as_done", task, input=task, **times)
        return self

    def fails(self, task):
        return self.does("mark_as_failure", task)

    def polls(self, *, again):
        return self.does("chord_unlock", "body", output=again)

    def bodies(self, *sent):
        return self.does("bodies", "body", output=list(sent))

    def body(self, answer):
        return self.does("get_task_meta", "body", output=answer)

    def judged(self, check):
        return check(self.made.history(*self.ops, observations=self.observations), self.made.judged())


@pytest.fixture
def chord(made):
    return Playing(made)


PENDING = {"status": "PENDING", "result": None}


def test_a_body_is_sent_once_and_stays_alone(chord):
    """Duplicates before and after the end change nothing."""
    chord.returns("1", "1").bodies().returns("2").bodies(HEADER).returns("2").bodies(HEADER).body(PENDING)

    assert "pass" == chord.judged(counted_once).word


@pytest.mark.parametrize("sent", [[], [HEADER, HEADER], [["2", "1"]], [["1"]]])
def test_a_body_that_is_not_sent_rightly_is_found(chord, sent):
    """None, two, or one with something else than the header's values in their order."""
    finding = chord.returns("1", "2").bodies(*sent).judged(counted_once)

    assert ("fail", [4]) == (finding.word, finding.evidence)


def test_a_body_that_is_sent_early_is_found(chord):
    """A duplicate is no second task."""
    finding = chord.returns("1", "1").bodies(["1", "1"]).judged(counted_once)

    assert "1 of 2 tasks have returned, and the body was sent 1 times, first with ['1', '1']" == finding.because


def test_a_body_that_fails_through_a_duplicate_is_found(chord):
    """Nobody has done it, so it has no state."""
    assert "fail" == chord.returns("1", "2").bodies(HEADER).body(FAILED).judged(counted_once).word


def test_polling_ends_with_the_header(chord):
    """It polls again until both tasks have ended, and no more then."""
    assert (
        "pass" == chord.polls(again=True).returns("1", "2").polls(again=False).bodies(HEADER).judged(polling_ends).word
    )


@pytest.mark.parametrize(("before", "after"), [(False, False), (True, True)])
def test_polling_that_ends_too_early_or_never_is_found(chord, before, after):
    """Neither giving up nor going on for ever is right."""
    assert "fail" == chord.polls(again=before).returns("1", "2").polls(again=after).judged(polling_ends).word


def test_who_does_not_poll_is_judged_by_the_body(chord, made):
    """A backend that counts sends no task to poll; its bodies are looked at all the same."""
    kept = chord.returns("1", "2").polls(again=None).bodies(HEADER).judged(polling_ends)
    lost = Playing(made).returns("1", "2").polls(again=None).bodies().judged(polling_ends)

    assert ("pass", "it counts, and polls for nothing", "fail") == (kept.word, kept.because, lost.word)


@pytest.mark.parametrize(
    ("answer", "word"), [(FAILED, "pass"), (PENDING, "fail"), ({"status": "SUCCESS", "result": 1}, "fail")]
)
def test_a_failed_header_fails_the_body(chord, answer, word):
    """Its body ends in ChordError, and nothing else will do."""
    assert word == chord.returns("2").fails("1").polls(again=False).body(answer).judged(polling_ends).word


def lived(chord, life_s, waited_s, *sent):
    chord.observations.append(chord.made.seen("client", client="client-1", conf={"result_chord_expires": life_s}))
    return chord.returns("1").returns("2", at_s=waited_s).bodies(*sent).judged(counts_live_by_their_own).word


@pytest.mark.parametrize(
    ("life_s", "waited_s", "sent", "word"),
    [
        (9, 4, [HEADER], "pass"),
        (9, 4, [], "fail"),
        (2, 4, [], "pass"),
        (2, 4, [HEADER], "fail"),
        (3, 4, [HEADER], "unknown"),
    ],
    ids=["kept", "lost", "given up", "kept too long", "too near to tell"],
)
def test_a_count_has_a_life_of_its_own(chord, life_s, waited_s, sent, word):
    """What comes within it completes the chord, what comes a second after it does not."""
    assert word == lived(chord, life_s, waited_s, *sent)


@pytest.mark.parametrize("check", [counted_once, polling_ends, counts_live_by_their_own])
def test_a_refusal_is_told(made, check):
    """A chord that cannot be begun breaks each of these promises."""
    op = made.op(1, "chord", "body", input=HEADER, outcome="failed", error="NotImplementedError", message="no chords")
    finding = check(made.history(op), made.judged())

    assert ("fail", "chord raised NotImplementedError: no chords") == (finding.word, finding.because)


def sent(made, header, *, done=(), begun=(), **get):
    """Return what is found of a chord that was sent to a worker, which has done some tasks."""
    ids = [f"body-{number}" for number in range(1, 3)]
    ops = [
        made.op(1, "apply_async", "body", *ids, input={"chord": header}, called_ns=0, returned_ns=1),
        made.op(2, "get", "body", called_ns=1, **{"returned_ns": 10 * made.SECOND, **get}),
    ]
    seen = [made.seen("done", task=task, state="SUCCESS") for task in done]
    seen += [made.seen("begun", task=task) for task in begun]
    return chords_come_to_their_end(made.history(*ops, observations=seen), made.judged())


TIMED_OUT = {"outcome": "unknown", "error": "TimeoutError", "message": "timed out"}
CHORD_ERROR = {"outcome": "failed", "error": "ChordError", "message": "Dependency x raised ValueError('no luck')"}


def test_a_chord_tells_what_its_header_returned(made):
    """In its order, and as it was nested."""
    assert "pass" == sent(made, [1, [2, 3]], output=[1, [2, 3]]).word
    assert "fail" == sent(made, [1, [2, 3]], output=[1, 3, 2]).word


def test_a_chord_with_a_failure_raises_it(made):
    """ChordError, naming the cause; not the cause itself, nor a value."""
    header = [1, {"fail": "no luck"}]

    assert "pass" == sent(made, header, **CHORD_ERROR).word
    assert "fail" == sent(made, header, **CHORD_ERROR | {"error": "ValueError"}).word
    assert "fail" == sent(made, header, **CHORD_ERROR | {"message": "'no luck'"}).word
    assert "fail" == sent(made, header, output=[1]).word


def test_a_body_that_runs_twice_is_found(made):
    """However right its result is."""
    finding = sent(made, [1, 2], output=[1, 2], done=("body", "body"))

    assert "client-1: a chord of [1, 2]: its body ran 2 times" == finding.because


def test_a_body_that_never_runs_is_found(made):
    """Its header was done long before its caller gave up."""
    finding = sent(made, [1, 2], done=("body-1", "body-2"), **TIMED_OUT)

    assert ("fail", [1, 2]) == (finding.word, finding.evidence)


def test_a_task_that_never_ends_is_found(made):
    """One of the header was begun long before its caller gave up: it waits for something in vain."""
    finding = sent(made, [1, 2], done=("body-1",), begun=("body-2",), **TIMED_OUT)

    assert "fail" == finding.word
    assert "client-1: a chord of [1, 2]: a task of its header was begun after 0.00 s" in finding.because


def test_a_header_that_is_not_done_decides_nothing(made):
    """A slow worker is no fault of the backend."""
    assert "unknown" == sent(made, [1, 2], done=("body-1",), **TIMED_OUT).word
    assert "unknown" == sent(made, [1, 2], done=("body-1", "body-2"), returned_ns=made.SECOND, **TIMED_OUT).word


def test_a_chord_that_is_refused_is_told(made):
    """There is no result to wait for."""
    op = made.op(1, "apply_async", "body", input={"chord": [1]}, outcome="failed", error="NotImplementedError")

    assert "fail" == chords_come_to_their_end(made.history(op), made.judged()).word
