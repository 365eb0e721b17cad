"""When those who wait are woken, and what else is called for them."""

from __future__ import annotations

from statistics import median, pstdev

import msgspec

from crisper.checks.waiting import as_stored, came, given_up_before
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, merged, passed, undecided


MS = 1_000_000

FINAL = ("SUCCESS", "FAILURE", "REVOKED")


def woken_after(history: History, _: Judged) -> Finding:
    """Tell how long after its store a result woke its waiters, and whether they were told or looked for it."""
    stores = {op.keys[0]: op for op in history.calls("store_result") if op.outcome == "ok"}
    waits = [op for op in history.calls("get") if op.outcome == "ok" and op.keys[0] in stores]
    if not waits:
        return undecided("nobody was woken")
    after_ns = sorted(max(0, op.returned_ns - stores[op.keys[0]].returned_ns) for op in waits)
    # Whoever looks from time to time waits as long, whenever it is stored; whoever is told comes as soon, whenever.
    looked = pstdev(op.returned_ns - op.called_ns for op in waits) < pstdev(after_ns)
    how = "they look now and then" if looked else "they are told"
    return passed(f"{_ms(median(after_ns))} in the median, {_ms(after_ns[-1])} at most, of {len(waits)} waits: {how}")


def hooks_are_called(history: History, _: Judged) -> Finding:
    """Of several waits with an on_interval, or an on_message, one at least calls it; on_message may be refused instead.

    One that is over too soon, since the machine was late to begin it, calls nothing.
    """
    hooked = [(hook, _hooked(op, hook, history)) for op in history.calls("get") for hook in op.input.get("hooks", ())]
    called = {hook for hook, finding in hooked if finding.word != "unknown"}
    findings = [finding for _, finding in hooked if finding.word != "unknown"]
    findings += [failed(finding.because, *finding.evidence) for hook, finding in hooked if hook not in called]
    worst = merged(findings) if findings else undecided("nothing was to be called")
    told = "; ".join(dict.fromkeys(finding.because for finding in findings))
    return passed(told) if worst.word == "pass" else worst


def each_is_told(history: History, contestant: Judged) -> Finding:
    """Everyone who waits is told what was stored; a wait with an on_message may be refused, and is not asked.

    Who waited for a store that was held up until the end proves nothing, as long as others are told.
    """
    asked = [op for op in history.ops if op.call != "get" or "on_message" not in op.input.get("hooks", ())]
    stores = {op.keys[0]: op for op in history.calls("store_result")}
    decisive = [op for op in asked if op.call != "get" or not given_up_before(op, stores[op.keys[0]])]
    if any(op.call == "get" for op in decisive):
        asked = decisive
    return as_stored(msgspec.structs.replace(history, ops=asked), contestant)


def told_after_giving_up(history: History, contestant: Judged) -> Finding:
    """Whoever waits once the task is stored is told, although one gave up before."""
    stored = max(op.seq for op in history.calls("store_result"))
    later = [op for op in history.ops if op.seq >= stored]
    return as_stored(msgspec.structs.replace(history, ops=later), contestant)


def called_back(history: History, _: Judged) -> Finding:
    """Tell when the callback was called: by itself, once its result was waited for, or never."""
    store, wait = next(history.calls("store_result"), None), next(history.calls("get"), None)
    if store is None or wait is None:
        return undecided("nobody waited")
    calls = [each.at_ns for each in history.seen("then")]
    if not calls:
        return passed(f"never, although get {came(wait)}")
    if calls[0] < wait.called_ns:
        return passed(f"by itself, {_ms(max(0, calls[0] - store.returned_ns))} after the store")
    return passed("only once somebody waits for the result")


def _hooked(op: Op, hook: str, history: History) -> Finding:
    called = [each.data for each in history.seen(hook) if each.data["task"] == op.keys[0]]
    if op.error == "ImproperlyConfigured" and hook == "on_message":
        return passed("on_message is refused with ImproperlyConfigured")
    if op.outcome != "ok" and op.error != "TimeoutError":
        return failed(f"with {hook}, get {came(op)}", op.seq)
    if not called:
        return undecided(f"{hook} was never called while somebody waited", op.seq)
    if hook == "on_message" and called[-1]["status"] not in FINAL:
        return failed(f"on_message was last told {called[-1]['status']}; get {came(op)}", op.seq)
    return passed(f"{hook} is called")


def _ms(time_ns: float) -> str:
    return f"{time_ns / MS:.3g} ms"
