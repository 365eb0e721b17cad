"""What becomes of chords: bodies, by what their headers did."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from crisper.checks.answers import MISSING, answered, told
from crisper.checks.expiry import LATE_NS
from crisper.checks.waiting import SECOND, came, lag_ns, raises, seconds
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.values import Value, shown
from crisper.verdicts import Finding, failed, merged, passed, undecided


#: Polling for a header begins after a second, and is repeated every second; a body that comes later will not come.
POLLED_NS = 4 * SECOND


def chords_come_to_their_end(history: History, _: Judged) -> Finding:
    """Every body runs at most once, and its caller is told what the header returned, or that it failed."""
    sent = list(history.calls("apply_async"))
    worst = merged([_ended(op, history) for op in sent]) if sent else undecided("no chord was sent")
    return passed(f"{len(sent)} chords, each came to its end") if worst.word == "pass" else worst


def bodies_are_told(history: History, contestant: Judged) -> Finding:
    """The same, of headers that hold neither groups nor tasks that fail."""
    odd = [op.keys[0] for op in history.calls("apply_async") if any(_is_odd(each) for each in op.input["chord"])]
    plain = [op for op in history.ops if op.keys[0] not in odd]
    return chords_come_to_their_end(msgspec.structs.replace(history, ops=plain), contestant)


def counted_once(history: History, _: Judged) -> Finding:
    """The body is sent when each task of the header has returned, once, and is nothing else by then."""
    if raised := _raised(history):
        return raised
    (chord,) = history.calls("chord")
    for op in history.ops:
        if op.call == "bodies" and (wrong := _missent(history, chord, op)):
            return failed(wrong, op.seq)
        if op.call == "get_task_meta" and answered(op) is not MISSING:
            return failed(f"the body was sent, and nobody has done it: it is {told(answered(op))}", op.seq)
    return passed("each task counted once")


def polling_ends(history: History, _: Judged) -> Finding:
    """Whoever polls for a header asks again until it has ended, and no longer; then the body is sent, or has failed."""
    if raised := _raised(history):
        return raised
    polls = [op for op in history.calls("chord_unlock") if op.output is not None]
    for chord in history.calls("chord"):
        for op in _about(history, chord):
            if wrong := _mispolled(history, chord, op):
                return failed(wrong, op.seq)
    return passed(f"polled {len(polls)} times, and no longer" if polls else "it counts, and polls for nothing")


def counts_live_by_their_own(history: History, _: Judged) -> Finding:
    """A chord is completed by a part that comes within its own life, and by none that comes after it."""
    if raised := _raised(history):
        return raised
    lives = {each.data["client"]: each.data["conf"]["result_chord_expires"] * SECOND for each in history.seen("client")}
    worst = merged(_outlived(history, chord, lives[chord.client]) for chord in history.calls("chord"))
    return passed("chords lived as long as they were told") if worst.word == "pass" else worst


def _ended(sent: Op, history: History) -> Finding:
    body, *members = sent.keys
    named = f"{sent.client}: a chord of {shown(sent.input['chord'])}"
    if sent.outcome != "ok":
        return failed(f"{named}: apply_async raised {sent.failure}", sent.seq)
    wait = next(op for op in history.calls("get") if op.keys == [body])
    done = {each.data["task"]: each.at_ns for each in history.seen("done") if each.data["state"] != "RETRY"}
    runs = sum(each.data["task"] == body for each in history.seen("done"))
    if runs > 1:
        return failed(f"{named}: its body ran {runs} times", sent.seq, wait.seq)
    if wait.error == "TimeoutError":
        begun = {each.data["task"]: each.at_ns for each in history.seen("begun")}
        open_ns = [begun.get(member, wait.returned_ns) for member in members if member not in done]
        if open_ns:
            return _untold(f"{named}: a task of its header was begun", sent, wait, min(open_ns), lag_ns(history))
        ended_ns = max([sent.returned_ns, *(done[member] for member in members), *_at_work_ns(sent, history, wait)])
        return _untold(f"{named}: its header was done", sent, wait, ended_ns, lag_ns(history))
    meant = _meant(sent)
    if raises(wait, meant) if isinstance(meant, dict) else wait.outcome == "ok" and wait.output == meant:
        return passed("as its header")
    return failed(f"{named} was to come to {shown(meant)}; get {came(wait)}", sent.seq, wait.seq)


def _at_work_ns(sent: Op, history: History, wait: Op) -> list[int]:
    # Until then the worker was busy with others, and the body, if it was sent, stood behind them.
    ends = [each for each in history.seen("done") if each.data.get("pool") == sent.client]
    return [each.at_ns for each in ends if each.at_ns < wait.returned_ns]


def _untold(what: str, sent: Op, wait: Op, at_ns: int, lag: int) -> Finding:
    untold_ns = wait.returned_ns - at_ns
    says = f"{what} after {seconds(at_ns - sent.called_ns)}; get raised TimeoutError {seconds(untold_ns)} later"
    if untold_ns < POLLED_NS + lag:
        return undecided(says, sent.seq, wait.seq)
    return failed(says, sent.seq, wait.seq, margin_ns=untold_ns - POLLED_NS)


def _meant(sent: Op) -> Value:
    """Return the values of the header; the exception where one of its tasks fails."""
    fails = [member["fail"] for member in sent.input["chord"] if isinstance(member, dict)]
    return {"$exception": "ChordError", "args": ["ValueError", *fails]} if fails else sent.input["chord"]


def _is_odd(member: Value) -> bool:
    return isinstance(member, dict | list)


def _raised(history: History) -> Finding | None:
    raised = next((op for op in history.ops if op.outcome != "ok"), None)
    return failed(f"{raised.call} raised {raised.failure}", raised.seq) if raised else None


def _about(history: History, chord: Op) -> Iterator[Op]:
    return (op for op in history.ops if op.seq > chord.seq and op.keys[0] in (*chord.keys, *chord.input))


def _returned(history: History, chord: Op, until: Op) -> dict[str, Value]:
    """Return what tasks of a header have returned before a call, in the order of the header; failures are left out."""
    done = {op.keys[0]: op.input for op in history.calls("mark_as_done") if op.seq < until.seq}
    return {task: done[task] for task in chord.input if task in done}


def _missent(history: History, chord: Op, bodies: Op) -> str | None:
    returned = _returned(history, chord, bodies)
    whole = len(returned) == len(chord.input)
    if bodies.output == ([list(returned.values())] if whole else []):
        return None
    sent = f"sent {len(bodies.output)} times, first with {shown(bodies.output[0])}" if bodies.output else "not sent"
    return f"{len(returned)} of {len(chord.input)} tasks have returned, and the body was {sent}"


def _mispolled(history: History, chord: Op, op: Op) -> str | None:
    failures = [each for each in _about(history, chord) if each.call == "mark_as_failure" and each.seq < op.seq]
    ended = len(_returned(history, chord, op)) + len(failures)
    if op.call == "chord_unlock" and op.output is (ended == len(chord.input)):
        return f"{ended} of {len(chord.input)} tasks have ended, and it polls {'again' if op.output else 'no more'}"
    if op.call == "bodies":
        return _missent(history, chord, op)
    if op.call == "get_task_meta":
        answer = answered(op)
        kept = isinstance(answer, dict) and answer["status"] == "FAILURE" and _is_chord_error(answer["result"])
        return None if kept else f"a task of the header has failed, and the body is {told(answer)}"
    return None


def _is_chord_error(result: Value) -> bool:
    return isinstance(result, dict) and result.get("$exception") == "ChordError"


def _outlived(history: History, chord: Op, life_ns: int) -> Finding:
    first, *_, last = (op for op in history.calls("mark_as_done") if op.keys[0] in chord.input)
    bodies = next(op for op in history.calls("bodies") if op.keys == chord.keys)
    told = f"result_chord_expires {seconds(life_ns)}, result_expires {seconds(chord.expires_ns or 0)}, the last part"
    if last.returned_ns < first.called_ns + life_ns:
        says = f"{told} came {seconds(last.returned_ns - first.called_ns)} after the first"
        wrong = _missent(history, chord, bodies)
        return failed(f"{says}: {wrong}", bodies.seq) if wrong else passed("completed")
    late_ns = last.called_ns - first.returned_ns
    if late_ns <= life_ns + LATE_NS:
        return undecided(f"{told} came {seconds(late_ns)} after the first", bodies.seq)
    if bodies.output:
        return failed(f"{told} came {seconds(late_ns)} after the first, and the body was sent all the same", bodies.seq)
    return passed("given up")
