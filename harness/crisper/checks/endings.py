"""What those are told whose tasks do not simply return: revoked, ignored, in a chain, delivered twice, too large."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from crisper.checks.tasks import answer, answers_arrive, value
from crisper.checks.waiting import came
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.values import Value, shown
from crisper.verdicts import Finding, failed, merged, passed, undecided


Wanted = Callable[[Op], bool]

AGAIN = ", delivered again,"


def revoked_is_told(history: History, contestant: Judged) -> Finding:
    """Whoever waits for a task that came too late is told that it was revoked."""
    return answers_arrive(_about(history, lambda sent: "expired" in sent.input), contestant)


def failing_link_is_told(history: History, contestant: Judged) -> Finding:
    """Whoever waits for a chain is told the error of its link that failed."""
    return answers_arrive(_about(history, lambda sent: "chain" in sent.input), contestant)


def results_are_handed_on(history: History, contestant: Judged) -> Finding:
    """A result that a task returned is told as what it is restored from; whoever restores it is told its value."""
    about = _about(history, _is("handed_on"))
    told = [answers_arrive(about, contestant)]
    for sent in about.calls("apply_async"):
        inner, meant = sent.input["args"]
        told += [_equal(wait, meant, sent) for wait in history.calls("get") if wait.keys == [inner]]
    return merged(told)


def ignored_is_not_stored(history: History, _: Judged) -> Finding:
    """The state of a task that ignores its result is PENDING, also when a worker is done with it."""
    findings = []
    for sent in _about(history, _is("ignored")).calls("apply_async"):
        (asked,) = (op for op in history.calls("state") if op.keys == sent.keys)
        if not _times(history, "done", sent):
            findings.append(undecided(f"{sent.client}: the task was not done", sent.seq))
        elif asked.output != "PENDING":
            told = f"raised {asked.failure}" if asked.error else f"is {shown(asked.output)}"
            findings.append(failed(f"{sent.client}: a task that ignores its result {told}", sent.seq, asked.seq))
    return merged(findings) if findings else passed("PENDING, when it was done")


def success_stays(history: History, _: Judged) -> Finding:
    """A task that is delivered once more after its SUCCESS is told as it was the first time."""
    sent = [op for op in history.calls("apply_async") if not op.error]
    twice = [(one, other) for one in sent for other in sent if one.keys == other.keys and one.seq < other.seq]
    if not twice or not all(_times(history, "done", one) > 1 for one, _ in twice):
        return undecided("nothing was done twice")
    return merged(_equal(_last_wait(history, one), value(one), one, again, how=AGAIN) for one, again in twice)


def too_large_is_told(history: History, contestant: Judged) -> Finding:
    """Whoever waits for a result that is too large is told an error, not left waiting; and the worker goes on."""
    limit = contestant.facts["largest_value_bytes"]
    sent = _about(history, _is("large")).calls("apply_async")
    worst = merged([_large(op, limit, history) for op in sent])
    refused = "the error was told" if limit else "nothing is too large"
    return passed(f"{refused}, and the workers went on") if worst.word == "pass" else worst


def _large(sent: Op, limit: int | None, history: History) -> Finding:
    (size,), wait = sent.input["args"], _last_wait(history, sent)
    named = f"{sent.client}: of a result of {size} bytes" + ("" if limit is None else f", {size - limit} too many")
    later = next(op for op in history.calls("apply_async") if op.client == sent.client and op.seq > wait.seq)
    if not _times(history, "begun", sent):
        return undecided(f"{named}: nobody began it", sent.seq)
    # What a worker reports may be under way still when the result is there.
    if not _times(history, "begun", later) and _last_wait(history, later).outcome != "ok":
        return failed(f"{named}, get {came(wait)}, and the worker began nothing more", sent.seq, wait.seq)
    told = wait.outcome == "ok" and isinstance(wait.output, dict) and wait.output.get("$size") == size
    refused = limit is not None and size > limit and wait.error not in (None, "TimeoutError")
    if not told and not refused:
        return failed(f"{named}, get {came(wait)}", sent.seq, wait.seq)
    return answer(later, history)


def _equal(wait: Op, meant: Value, *sent: Op, how: str = "") -> Finding:
    if wait.outcome == "ok" and wait.output == meant:
        return passed("as it was")
    told = f"{sent[0].client}: {sent[0].input['task']}{how}"
    return failed(f"{told} was to come to {shown(meant)}; get {came(wait)}", *(op.seq for op in sent), wait.seq)


def _about(history: History, wanted: Wanted) -> History:
    keys = [op.keys for op in history.calls("apply_async") if wanted(op)]
    return replace(history, ops=[op for op in history.ops if op.keys in keys])


def _is(task: str) -> Wanted:
    return lambda sent: bool(sent.input["task"] == task)


def _times(history: History, word: str, sent: Op) -> int:
    return sum(each.data["task"] in sent.keys for each in history.seen(word))


def _last_wait(history: History, sent: Op) -> Op:
    return [op for op in history.calls("get") if op.keys == sent.keys][-1]
