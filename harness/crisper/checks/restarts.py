"""Whether what expires keeps to its time although its server is restarted meanwhile."""

from __future__ import annotations

from crisper.checks.expiry import DECIDED, GRAIN_NS, LATE_NS, Life, lives
from crisper.checks.faults import SECOND, Fault, faults
from crisper.history import History
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, merged, passed, undecided


def as_if_never_restarted(history: History, _: Judged) -> Finding:
    """No key is gone early, readable late, or there again, with one restart before its end and one after."""
    all_lives = lives(history)
    if not all_lives:
        return undecided("nothing was written with an expiry")
    findings = [_of_one(life, faults(history)) for life in all_lives]
    decided = [finding for finding in findings if finding.word != "unknown"]
    worst = merged(decided if len(decided) >= DECIDED * len(findings) else findings)
    alike = sum(finding.word == worst.word for finding in findings)
    return Finding(
        word=worst.word,
        because=f"{alike} of {len(findings)} keys {worst.because}",
        evidence=worst.evidence,
        margin_ns=worst.margin_ns,
    )


def _of_one(life: Life, all_restarts: list[Fault]) -> Finding:
    restarts = [fault for fault in all_restarts if fault.began_ns >= life.written.returned_ns]
    if len(restarts) < 2:  # noqa: PLR2004 - before the end, and after it
        return undecided("were not seen through two restarts")
    return _judged(life, restarts)


def _judged(life: Life, restarts: list[Fault]) -> Finding:
    due_ns = life.written.called_ns + life.expires_ns
    latest_ns = life.written.returned_ns + life.expires_ns + LATE_NS
    seen, missing = life.last_seen, life.first_missing
    told = _told(life, restarts)
    if seen is not None and missing is not None and seen.seq > missing.seq:
        return failed(f"were gone, and there again after a restart: {told}", *life.evidence)
    if missing is not None and missing.returned_ns < due_ns:
        return failed(f"were gone early: {told}", *life.evidence, margin_ns=due_ns - missing.returned_ns)
    if seen is not None and seen.called_ns > latest_ns:
        margin_ns = seen.called_ns - latest_ns
        return failed(f"outlived their time by more than 1 s: {told}", *life.evidence, margin_ns=margin_ns)
    if seen is None or seen.called_ns < max(due_ns - GRAIN_NS, restarts[0].recovered_ns):
        return undecided(f"were not seen between the first restart and their end: {told}", *life.evidence)
    if missing is None or missing.returned_ns > latest_ns:
        return undecided(f"were not looked at right after their end: {told}", *life.evidence)
    return passed(f"kept to their time: {told}")


def _told(life: Life, restarts: list[Fault]) -> str:
    at = " and ".join(f"{_seconds(fault.began_ns - life.written.called_ns)} s" for fault in restarts)
    end = f"seen for {_seconds(life.at_least_ns)} s"
    if life.at_most_ns is not None:
        end += f", missing after {_seconds(life.at_most_ns)} s"
    return f"set to {_seconds(life.expires_ns)} s, {end}, restarts after {at}"


def _seconds(time_ns: int) -> str:
    return f"{time_ns / SECOND:.2f}".rstrip("0").rstrip(".")
