"""What calls came to while a server was broken, and once it answered again."""

from __future__ import annotations

from dataclasses import dataclass

from crisper.checks.answers import MISSING, READS, WRITES, answered, same, told, written
from crisper.history import History, Op
from crisper.scenario import Check, Judged
from crisper.values import Value
from crisper.verdicts import Finding, failed, merged, passed, undecided


SECOND = 1_000_000_000

#: A call that was told to retry comes through this long after the server is back.
RETRIED_WITHIN_NS = 10 * SECOND


#: What Celery raises when it has tried often enough (celery/exceptions.py).
GIVES_UP = {"store_result": "BackendStoreError", "get_task_meta": "BackendGetMetaError"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A server was broken from `began_ns` to `ended_ns`, and answered again at `recovered_ns`."""

    what: str
    began_ns: int
    ended_ns: int
    recovered_ns: int


def faults(history: History) -> list[Fault]:
    """Return the faults of a playing, in order."""
    return [Fault(**seen.data) for seen in history.seen("fault")]


def raises_within(bound_ns: int) -> Check:
    """Return the check that every call on a broken server raises, and takes no longer than `bound_ns`."""

    def check(history: History, _: Judged) -> Finding:
        return _of_all(history, [_raised(op, history, bound_ns) for op in _during(history)])

    return check


def retried_until_back(history: History, _: Judged) -> Finding:
    """Every call on a server that is down succeeds once the server is back."""
    return _of_all(history, [_retried(op, history) for op in _during(history)])


def retries_end(history: History, _: Judged) -> Finding:
    """Every call that was told how often to try again raises Celery's own error for it while the server is down."""
    told_to = [each.data for each in history.seen("client") if "result_backend_max_retries" in each.data["conf"]]
    clients = {each["client"] for each in told_to}
    if not clients:
        return Finding(word="inapplicable", because="Celery itself tries again only where it stores or reads results")
    return _of_all(history, [_gave_up(op, history) for op in _during(history) if op.client in clients])


def works_again(history: History, _: Judged) -> Finding:
    """Every call after the server is back succeeds, beginning with the first, and reads what was written."""
    after = _after(history)
    findings = [_worked(op, history, number) for number, op in enumerate(after, 1)]
    broken = [finding for finding in findings if finding is not None]
    if broken:
        return merged(broken)
    if not after:
        return undecided("nothing was called after the server was back")
    return passed(f"{len(after)} calls after the server was {faults(history)[-1].what}; {_recovery(history)}")


def survives(history: History, _: Judged) -> Finding:
    """What was acknowledged before the fault is there after it."""
    last = faults(history)[-1]
    kept = {op.keys[0]: op for op in history.calls(*WRITES) if op.outcome == "ok" and op.returned_ns <= last.began_ns}
    reads = [op for op in _after(history) if op.call in READS and op.outcome == "ok" and op.keys[0] in kept]
    for op in reads:
        write = kept[op.keys[0]]
        if not same(answered(op), written(write)):
            lost = f"{told(written(write))} was acknowledged before the server was {last.what}"
            return failed(f"{lost}; {op.call} answered {told(answered(op))}", write.seq, op.seq)
    return passed(f"{len(reads)} reads, each as acknowledged before") if reads else undecided("nothing was read again")


def _raised(op: Op, history: History, bound_ns: int) -> Finding:
    took_ns = op.returned_ns - op.called_ns
    if op.outcome == "ok":
        what = faults(history)[0].what
        return failed(f"{op.call} answered {told(_answer(op))} while the server was {what}", op.seq)
    says = f"{op.call} raised {op.error} after {_seconds(took_ns)} s"
    if op.error == "NoAnswerError":
        says = f"{op.call} was given up after {_seconds(took_ns)} s"
    if took_ns <= bound_ns:
        return undecided(f"{says}, too soon to tell", op.seq) if op.error == "NoAnswerError" else passed(says)
    if took_ns - _lag_ns(history) <= bound_ns:
        return undecided(f"{says}, but the instrument itself lagged by {_seconds(_lag_ns(history))} s", op.seq)
    return failed(f"{says}, more than {_seconds(bound_ns)} s", op.seq, margin_ns=took_ns - bound_ns)


def _retried(op: Op, history: History) -> Finding:
    fault = faults(history)[0]
    waited_ns = op.returned_ns - fault.recovered_ns
    if op.outcome == "ok" and op.returned_ns < fault.ended_ns:
        return failed(f"{op.call} answered {told(_answer(op))} while the server was {fault.what}", op.seq)
    if op.outcome == "ok":
        return passed(f"{op.call} came through {_seconds(max(0, waited_ns))} s after the server was back")
    if op.error == "NoAnswerError" and waited_ns - _lag_ns(history) < RETRIED_WITHIN_NS:
        return undecided(f"{op.call} was given up {_seconds(waited_ns)} s after the server was back", op.seq)
    return failed(f"{op.call} was told to retry, and raised {op.failure}", op.seq)


def _gave_up(op: Op, history: History) -> Finding:
    after = f"after {_seconds(op.returned_ns - op.called_ns)} s"
    if op.outcome == "ok":
        return failed(f"{op.call} answered {told(_answer(op))} while the server was {faults(history)[0].what}", op.seq)
    if op.error == GIVES_UP[op.call]:
        return passed(f"{op.call} raised {op.error} {after}")
    if op.error == "NoAnswerError":
        return failed(f"{op.call} was to try again once, and was given up {after}", op.seq)
    return failed(f"{op.call} was to try again once, and raised {op.failure}", op.seq)


def _worked(op: Op, history: History, number: int) -> Finding | None:
    what = faults(history)[-1].what
    if op.outcome != "ok":
        return failed(f"{op.call} raised {op.failure}, as call {number} after the server was {what}", op.seq)
    if op.call not in READS:
        return None
    write = _last_write(op, history)
    answer = answered(op)
    if write is None or same(answer, written(write)):
        return None
    # What was there before, and what was stored meanwhile, are other promises.
    if answer is MISSING and write.called_ns < faults(history)[-1].ended_ns:
        return None
    difference = f"{op.call} answered {told(answer)}; last written was {told(written(write))}"
    return failed(f"{difference}, as call {number} after the server was {what}", write.seq, op.seq)


def _of_all(history: History, findings: list[Finding]) -> Finding:
    if not findings:
        return undecided("nothing was called while the server was broken")
    word = merged(findings).word
    alike = [finding for finding in findings if finding.word == word]
    because = "; ".join(finding.because for finding in alike)
    settings = sorted({name for seen in history.seen("settings") for name in seen.data})
    return Finding(
        word=word,
        because=f"{because} (with {', '.join(settings)})" if settings else because,
        evidence=[number for finding in alike for number in finding.evidence],
        margin_ns=max((finding.margin_ns for finding in alike if finding.margin_ns is not None), default=None),
    )


def _during(history: History) -> list[Op]:
    first = next(iter(faults(history)), None)
    calls = [op for op in history.ops if first is not None and first.began_ns <= op.called_ns < first.ended_ns]
    # They were made at the same time: which came first is chance, and no reason should read otherwise for it.
    return sorted(calls, key=lambda op: op.call)


def _after(history: History) -> list[Op]:
    recovered_ns = max((fault.recovered_ns for fault in faults(history)), default=None)
    return [op for op in history.ops if recovered_ns is not None and op.called_ns >= recovered_ns]


def _last_write(read: Op, history: History) -> Op | None:
    writes = [op for op in history.calls(*WRITES) if op.outcome == "ok" and op.seq < read.seq and op.keys == read.keys]
    return writes[-1] if writes else None


def _answer(op: Op) -> Value:
    return answered(op) if op.call in READS else op.output


def _recovery(history: History) -> str:
    last = faults(history)[-1]
    return f"it answered again {_seconds(last.recovered_ns - last.ended_ns)} s after it was mended"


def _lag_ns(history: History) -> int:
    return max((int(each.data["max_ns"]) for each in history.seen("lag")), default=0)


def _seconds(time_ns: int) -> str:
    return f"{time_ns / SECOND:.2f}".rstrip("0").rstrip(".")
