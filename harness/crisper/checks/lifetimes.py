"""Lifetimes that nobody can wait for, judged by what the server itself says, and those that reading could prolong."""

from __future__ import annotations

import math

from crisper.backends import NEVER
from crisper.checks.answers import MISSING, READS, WRITES, answered
from crisper.checks.expiry import DECIDED, GRAIN_NS, LATE_NS, SECOND, Life, gone_in_time, lag, lives, never_early
from crisper.history import History
from crisper.scenario import Check, Judged
from crisper.verdicts import Finding, failed, merged, passed, undecided


#: Between a write and the look at the server's own clock.
SLACK_NS = 10 * SECOND


def accepted_for(*lifetimes_ns: int | None) -> Check:
    """Return the check that each write is accepted, readable, and given this life by the server; None: no end."""

    def check(history: History, _: Judged) -> Finding:
        written = {op.keys[0]: op for op in history.calls(*WRITES)}
        for op in history.calls(*WRITES, *READS):
            write = written.get(op.keys[0], op)
            if op.outcome != "ok":
                return failed(f"{op.call} raised {op.failure}, {_told(write.expires_ns)}", op.seq)
            if op.call in READS and answered(op) is MISSING:
                because = f"{op.call} answered nothing, right after the write, {_told(write.expires_ns)}"
                return failed(because, write.seq, op.seq)
        looks = [each.data["ttl_ns"] for each in history.seen("ttl")]
        if not looks:
            return passed("accepted and readable; nobody can look at the server's own clock")
        for expected, found in zip(lifetimes_ns, looks, strict=True):
            if not _agrees(expected, found):
                return failed(f"the server was to keep it for {_seconds(expected)}, and says {_seconds(found)}")
        return passed(f"the server says {', '.join(_seconds(found) for found in looks)}")

    return check


def nothing_stays(history: History, _: Judged) -> Finding:
    """After everything was deleted, the server holds what it held before."""
    counts = [each.data for each in history.seen("count")]
    if not counts:
        return passed("nobody can look at what the server holds")
    before, after = counts[0], counts[-1]
    left = {kind: number - before[kind] for kind, number in after.items() if kind != "moment" and number > before[kind]}
    if left:
        return failed("left behind for ever: " + ", ".join(f"{number} {kind}" for kind, number in left.items()))
    return passed("nothing is left behind")


def fractions_end(history: History, _: Judged) -> Finding:
    """A life of a fraction of a second is not cut short, and ends a second after the next whole one at the latest."""
    for op in history.calls(*WRITES):
        if op.outcome != "ok":
            return failed(f"{op.call} raised {op.failure}, {_told(op.expires_ns)}", op.seq)
    findings = [_fraction(life) for life in lives(history)]
    decided = [finding for finding in findings if finding.word != "unknown"]
    if not findings or len(decided) < DECIDED * len(findings):
        return undecided(f"{len(decided)} of {len(findings)} keys were looked at near their end{lag(history)}")
    wrong = [finding for finding in decided if finding.word == "fail"]
    if not wrong:
        return passed(f"{len(decided)} fractions were honoured or rounded up")
    # What is wrong by most is easiest to see again.
    return max(wrong, key=lambda finding: finding.margin_ns or 0)


def failures_live_by_their_own(history: History, contestant: Judged) -> Finding:
    """Failures end when they are to, and nothing else does; or it was warned that this is not so."""
    if any("result_failure_expires" in each.data["text"] for each in history.seen("complaint")):
        return passed("it warns that failures live as long as results")
    for op in history.calls(*READS):
        stored = next(each for each in history.calls(*WRITES) if each.keys == op.keys)
        if stored.input["status"] == "SUCCESS" and answered(op) is MISSING:
            return failed(f"a success is gone {_told(stored.expires_ns)}, as failures are to be", stored.seq, op.seq)
    return merged([never_early(history, contestant), gone_in_time(history, contestant)])


def reading_prolongs_nothing(history: History, _: Judged) -> Finding:
    """A key that is read all the time ends no later than its twin that nobody reads."""
    for op in history.ops:
        if op.outcome != "ok":
            return undecided(f"{op.call} raised {op.failure}", op.seq)
    last = {op.keys[0]: op for op in history.calls(*READS)}
    twin, read = (last.get(op.keys[0]) for op in history.calls(*WRITES))
    if read is None or twin is None:
        return undecided("nothing was read")
    read_ended, twin_ended = answered(read) is MISSING, answered(twin) is MISSING
    if twin_ended and not read_ended:
        return failed("what was read all the time is there; its twin, unread, is gone", read.seq, twin.seq)
    return passed("both ended" if read_ended and twin_ended else "reading made no difference: the twin is there too")


def _fraction(life: Life) -> Finding:
    told = _seconds(life.expires_ns)
    missing, due_ns = life.first_missing, life.written.called_ns + life.expires_ns
    if missing is not None and missing.returned_ns < due_ns:
        gone = f"set to {told}, gone after at most {_seconds(life.at_most_ns)}"
        return failed(gone, *life.evidence, margin_ns=due_ns - missing.returned_ns)
    latest_ns = life.written.returned_ns + math.ceil(life.expires_ns / SECOND) * SECOND + LATE_NS
    if life.last_seen is not None and life.last_seen.called_ns > latest_ns:
        there = f"set to {told}, still readable after {_seconds(life.at_least_ns)}"
        return failed(there, *life.evidence, margin_ns=life.last_seen.called_ns - latest_ns)
    if life.last_seen is not None and life.last_seen.called_ns >= due_ns - GRAIN_NS:
        return passed("in time")
    return undecided(f"set to {told}, not looked at near the end", *life.evidence)


def _agrees(expected: int | None, found: int | None) -> bool:
    if expected is None or found is None or found == NEVER:
        return expected is None and found == NEVER
    return expected - SLACK_NS <= found <= expected + SECOND


def _told(expires_ns: int | None) -> str:
    return f"with result_expires of {_seconds(expires_ns)}"


def _seconds(time_ns: int | None) -> str:
    return "no end" if time_ns is None or time_ns == NEVER else f"{time_ns / SECOND:.6g} s"
