"""What real workers did, against what those who sent the tasks were told."""

from __future__ import annotations

from crisper.checks.waiting import SECOND, came, lag_ns, raises, seconds
from crisper.history import History, Observation, Op
from crisper.scenario import Judged
from crisper.values import Value, shown
from crisper.verdicts import Finding, failed, merged, passed, undecided


#: A result that is not told so long after its worker has stored it is not only late.
TOLD_NS = SECOND

#: A wait says nothing if it was shorter than it takes to send as many tasks: where one message takes so long, the
#: result may be among those still to be read.
SENDS = 10

FINAL = ("SUCCESS", "FAILURE", "REVOKED")

#: What tasks that fail in the end raise, by how they were sent; see crisper.celery.tasks.
MAX_RETRIES = 2


def answers_arrive(history: History, _: Judged) -> Finding:
    """Whoever sent a task is told what came of it: its last argument, or the error that it was sent to raise."""
    sent = list(history.calls("apply_async"))
    unsent = [op for op in sent if op.outcome != "ok"]
    if unsent:
        return undecided(f"apply_async raised {unsent[0].failure}", unsent[0].seq)
    findings = [answer(op, history) for op in sent]
    worst = merged(findings) if findings else undecided("no task was sent")
    return passed(f"{len(sent)} sent, each answered") if worst.word == "pass" else worst


def started_is_seen(history: History, _: Judged) -> Finding:
    """A task that works for a while is seen to be STARTED."""
    findings = [_started(op, history) for op in history.calls("apply_async")]
    worst = merged(findings) if findings else undecided("no task was sent")
    return passed(f"{len(findings)} tasks, each seen STARTED") if worst.word == "pass" else worst


def answer(sent: Op, history: History) -> Finding:
    """Judge the last wait for one task that was sent."""
    wait = [op for op in history.calls("get") if op.keys == sent.keys][-1]
    error = _error(sent)
    kept = wait.outcome == "ok" and wait.output == value(sent) if error is None else raises(wait, error)
    if kept:
        return passed("answered")
    if wait.error == "TimeoutError":
        return _untold(sent, wait, history)
    meant = shown(value(sent)) if error is None else shown(error)
    return failed(f"{_named(sent)} was to come to {meant}; get {came(wait)}", sent.seq, wait.seq)


def value(sent: Op) -> Value:
    """Return what a task is to come to, if it does not fail."""
    match sent.input:
        case {"group": values}:
            return values
        case {"task": "handed_on", "args": [task, _]}:
            return [[task, None], None]  # celery/result.py, AsyncResult.as_tuple
        case {"args": [*_, last]}:
            return last
    return None


def _untold(sent: Op, wait: Op, history: History) -> Finding:
    done = {each.data["task"]: each for each in history.seen("done") if each.data["state"] in FINAL}
    if not done.keys() >= set(sent.keys):
        return undecided(f"{_named(sent)} was not done within {_since(sent, wait.returned_ns)}", sent.seq, wait.seq)
    last: Observation = max((done[key] for key in sent.keys), key=lambda each: each.at_ns)
    says = f"{_named(sent)} was {last.data['state']} after {_since(sent, last.at_ns)}; get raised TimeoutError"
    untold_ns = wait.returned_ns - last.at_ns
    if untold_ns < TOLD_NS + lag_ns(history):
        return undecided(f"{says} only {seconds(untold_ns)} later", sent.seq, wait.seq)
    waited_ns, took_ns = wait.returned_ns - wait.called_ns, sent.returned_ns - sent.called_ns
    if waited_ns < SENDS * took_ns:
        slow = f"after {seconds(waited_ns)}, but the machine was slow: to send it took {seconds(took_ns)}"
        return undecided(f"{says} {slow}", sent.seq, wait.seq)
    return failed(f"{says} all the same", sent.seq, wait.seq, margin_ns=untold_ns - TOLD_NS)


def _started(sent: Op, history: History) -> Finding:
    asked = [op for op in history.calls("state") if op.keys == sent.keys]
    troubled = [op for op in asked if op.outcome != "ok"]
    if troubled:
        return failed(f"{_named(sent)}: asking for the state raised {troubled[0].failure}", troubled[0].seq)
    if any(op.output == "STARTED" for op in asked):
        return passed("seen STARTED")
    pending = [op for op in asked if op.output == "PENDING"]
    final = [op for op in asked if op.output in FINAL]
    worked_ns = sent.input["args"][0]
    if pending and final and final[0].returned_ns - pending[-1].called_ns < worked_ns:
        told = f"{_named(sent)} worked for {seconds(worked_ns)}, and was PENDING, then {final[0].output}: never STARTED"
        return failed(told, sent.seq, pending[-1].seq, final[0].seq)
    return undecided(f"{_named(sent)} was not looked at while it worked", sent.seq)


def _error(sent: Op) -> Value | None:
    match sent.input:
        case {"expired": True}:
            return {"$exception": "TaskRevokedError", "args": ["expired"]}
        case {"task": "fail", "args": [message]}:
            return {"$exception": "ValueError", "args": [message]}
        case {"task": "retried" | "autoretried", "args": [int(hiccups), _]} if hiccups > MAX_RETRIES:
            return {"$exception": "HiccupError", "args": [hiccups]}
    return None


def _named(sent: Op) -> str:
    many = "a group of " if "group" in sent.input else "a chain with " if "chain" in sent.input else ""
    return f"{sent.client}: {many}{sent.input['task']}"


def _since(sent: Op, at_ns: int) -> str:
    return seconds(at_ns - sent.called_ns)
