"""When watched keys came to their end, as intervals, against when they were promised to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from crisper.checks.answers import MISSING, READS, REMOVALS, WRITES, answered, same, told
from crisper.checks.register import reads_see_last_write
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, merged, passed, undecided


SECOND = 1_000_000_000

#: No longer readable this long after the promised end.
LATE_NS = SECOND

#: "Not early" is believed if the last sighting lies no longer than this before the promised end.
GRAIN_NS = SECOND // 4

#: The share of keys that must have been looked at in time for the others not to matter.
DECIDED = 0.5


@dataclass(frozen=True, kw_only=True)
class Life:
    """One key's life: when it was written, the last read that saw it, the first that did not."""

    written: Op
    expires_ns: int
    last_seen: Op | None
    first_missing: Op | None

    @property
    def evidence(self) -> list[int]:
        """The Ops that bound this life."""
        return [op.seq for op in (self.written, self.last_seen, self.first_missing) if op is not None]

    @property
    def at_least_ns(self) -> int:
        """The shortest that it can have lived."""
        return max(0, self.last_seen.called_ns - self.written.returned_ns) if self.last_seen else 0

    @property
    def at_most_ns(self) -> int | None:
        """The longest that it can have lived; None where nobody saw its end."""
        return self.first_missing.returned_ns - self.written.called_ns if self.first_missing else None


def lives(history: History) -> list[Life]:
    """Return the life of every key that was written with an expiry; a later write, or `expire`, begins it anew."""
    last: dict[str, Op] = {}
    for op in history.calls(*WRITES, "expire"):
        if op.outcome == "ok" and (op.call != "expire" or op.keys[0] in last):
            last[op.keys[0]] = op
    return [
        Life(
            written=op,
            expires_ns=op.expires_ns,
            last_seen=_last(history, op, missing=False),
            first_missing=_first_missing(history, op),
        )
        for op in last.values()
        if op.expires_ns
    ]


def never_early(history: History, _: Judged) -> Finding:
    """No key is missing before its time has come."""
    return _of_all(history, _early)


def gone_in_time(history: History, _: Judged) -> Finding:
    """No key is readable a second after its time has come."""
    return _of_all(history, _late)


def lifetimes_work(history: History, contestant: Judged) -> Finding:
    """Every lifetime is accepted and never early; it ends in time where expiring by itself is claimed."""
    checks = [never_early, gone_in_time] if "autoexpire" in contestant.claims else [never_early]
    return merged(check(history, contestant) for check in checks)


def last_life_is_read(history: History, _: Judged) -> Finding:
    """Whatever is read of a key after its last write is what that write stored."""
    for life in lives(history):
        if life.last_seen is not None and not same(answered(life.last_seen), life.written.input):
            answer = told(answered(life.last_seen))
            return failed(f"the second write stored {told(life.written.input)}; read was {answer}", *life.evidence)
    return passed("what was read was written last")


def kept_after_end(history: History, contestant: Judged) -> Finding:
    """Once a key has ended, by removal or by itself, every later write of it is read back."""
    findings = [_reborn(history, key, contestant) for key in dict.fromkeys(op.keys[0] for op in history.calls(*WRITES))]
    return merged(findings)


def _reborn(history: History, key: str, contestant: Judged) -> Finding:
    ops = [op for op in history.ops if op.keys == [key]]
    ends = [op for op in ops if op.call in REMOVALS or (op.call in READS and answered(op) is MISSING)]
    if not ends:
        return passed("it never ended, so nothing could be written after its end")
    later = [op for op in ops if op.seq > ends[0].seq]
    return reads_see_last_write(msgspec.structs.replace(history, ops=later), contestant)


def _of_all(history: History, judge: Callable[[Life], Finding]) -> Finding:
    if refused := [op for op in history.calls(*WRITES) if op.outcome == "failed"]:
        return _refused(refused)
    if troubled := [op for op in history.calls(*WRITES, *READS) if op.outcome != "ok"]:
        return undecided(f"{len(troubled)} calls raised, the first {troubled[0].failure}", troubled[0].seq)
    findings = [judge(life) for life in lives(history)]
    if not findings:
        return undecided("nothing was written with an expiry")
    worst = _worst(findings)
    alike = sum(finding.word == worst.word for finding in findings)
    if worst.word == "pass":
        return passed(f"{alike} of {len(findings)} keys: {_span(lives(history))}")
    if worst.word == "unknown":
        return undecided(f"{alike} of {len(findings)} keys: {worst.because}{lag(history)}", *worst.evidence)
    return failed(f"{alike} of {len(findings)} keys {worst.because}", *worst.evidence, margin_ns=worst.margin_ns)


def _worst(findings: list[Finding]) -> Finding:
    decided = [finding for finding in findings if finding.word != "unknown"]
    return merged(decided if len(decided) >= DECIDED * len(findings) else findings)


def _early(life: Life) -> Finding:
    due_ns = life.written.called_ns + life.expires_ns
    missing = life.first_missing
    if missing is not None and missing.returned_ns < due_ns:
        margin = due_ns - missing.returned_ns
        return failed(f"were gone early: {_lived(life)}", *life.evidence, margin_ns=margin)
    if life.last_seen is not None and life.last_seen.called_ns >= due_ns - GRAIN_NS:
        return passed("not early")
    return undecided(f"not looked at near the end: {_lived(life)}", *life.evidence)


def _late(life: Life) -> Finding:
    latest_ns = life.written.returned_ns + life.expires_ns + LATE_NS
    if life.last_seen is not None and life.last_seen.called_ns > latest_ns:
        margin = life.last_seen.called_ns - latest_ns
        return failed(f"outlived their time by more than 1 s: {_lived(life)}", *life.evidence, margin_ns=margin)
    if life.first_missing is not None and life.first_missing.returned_ns <= latest_ns:
        return passed("gone in time")
    return undecided(f"not looked at near the end: {_lived(life)}", *life.evidence)


def _lived(life: Life) -> str:
    lower, upper = _seconds(life.at_least_ns), life.at_most_ns
    if upper is None:
        return f"set to {_seconds(life.expires_ns)} s, still readable after {lower} s"
    return f"set to {_seconds(life.expires_ns)} s, gone between {lower} s and {_seconds(upper)} s"


def _span(all_lives: list[Life]) -> str:
    told = []
    for expires_ns in sorted({life.expires_ns for life in all_lives}):
        ends = [life.at_most_ns for life in all_lives if life.expires_ns == expires_ns and life.at_most_ns is not None]
        end = f"gone after at most {_seconds(max(ends))} s" if ends else "still readable"
        told.append(f"set to {_seconds(expires_ns)} s, {end}")
    return "; ".join(told)


def _refused(refused: list[Op]) -> Finding:
    by_expiry = {op.expires_ns: op for op in reversed(refused)}
    first = min(refused, key=lambda op: op.seq)
    lifetimes = ", ".join(f"{_seconds(expiry)} s" for expiry in sorted(filter(None, by_expiry)))
    return failed(
        f"{first.call} raised {first.failure}, with result_expires of {lifetimes}", *(op.seq for op in refused)
    )


def lag(history: History) -> str:
    """Return how far the instrument itself lagged, as a remark."""
    worst = max((each.data["max_ns"] for each in history.seen("lag")), default=0)
    return f" (the instrument itself lagged by up to {worst / 1e6:.0f} ms)"


def _last(history: History, write: Op, *, missing: bool) -> Op | None:
    reads = [op for op in _reads(history, write) if (answered(op) is MISSING) == missing]
    return reads[-1] if reads else None


def _first_missing(history: History, write: Op) -> Op | None:
    return next((op for op in _reads(history, write) if answered(op) is MISSING), None)


def _reads(history: History, write: Op) -> list[Op]:
    return [op for op in history.calls(*READS) if op.outcome == "ok" and op.keys == write.keys and op.seq > write.seq]


def _seconds(time_ns: int) -> str:
    return f"{time_ns / SECOND:.2f}".rstrip("0").rstrip(".")
