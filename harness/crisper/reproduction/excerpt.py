"""The calls that matter for one failure: which came before, how long was waited, and which one shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from msgspec.structs import replace

from crisper.checks.answers import MISSING, READS, REMOVALS, WRITES, answered, same, written
from crisper.checks.expiry import LATE_NS, SECOND
from crisper.history import History, Op
from crisper.reproduction.record import UnsayableError
from crisper.verdicts import Finding


#: A pause between two calls that is shorter than this was nobody's intention.
PAUSE_NS = SECOND // 2

#: From so many calls on, reads that show nothing are left out.
MANY = 30

#: More calls than these are no script that anybody would read.
MOST = 100


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """Calls in their order, the last of which shows the failure; `pauses_ns` are the waits before them, by number.

    Those in `at_once`, by number, are made at the same time. Where clients meet, `met` are all calls, part by part:
    those of one overlap, and end before the next begins.
    """

    ops: list[Op]
    pauses_ns: dict[int, int] = field(default_factory=dict)
    at_once: frozenset[int] = frozenset()
    met: list[list[Op]] = field(default_factory=list)

    @property
    def decisive(self) -> Op:
        """The call that shows it."""
        return self.ops[-1]


def excerpt(history: History, finding: Finding) -> Excerpt:
    """Return the part of a History that shows a failure.

    Raises UnsayableError where calls alone do not show it.
    """
    evidence = [op for op in history.ops if op.seq in finding.evidence]
    _expect_no_fault(history, evidence)
    if any(history.seen("door")):
        message = "its server spoke TLS through a door of ours"
        raise UnsayableError(message)
    _expect_one_process(history, evidence)
    queued = any(each.data.get("replies") for each in history.seen("client"))
    if any(history.seen("searched")) and not queued and (meeting := _meeting(history, evidence)):
        return meeting
    decisive = _decisive(evidence)
    if any(history.seen("together")):
        return _race(history, decisive, evidence)
    ops = _queued(history, decisive) if queued else _on_its_keys(history, decisive, evidence)
    names = {op.client for op in ops}
    ops = [op for op in history.ops if op in ops or (op.call == "connect" and op.client in names)]
    _expect_one_process(history, ops)
    _expect_one_after_another(history, ops)
    return Excerpt(ops=ops, pauses_ns=_pauses(ops, PAUSE_NS // 10 if queued else PAUSE_NS))


def _decisive(evidence: list[Op]) -> Op:
    if not evidence:
        message = "no call shows it: it was seen behind Celery's back"
        raise UnsayableError(message)
    refused = [op for op in evidence if op.outcome != "ok"]
    overdue = [op for op in evidence if op.call in READS and _overrun_ns(op, evidence) > LATE_NS]
    decisive = (refused or overdue[-1:] or evidence[-1:])[0]
    if decisive.outcome == "ok" and decisive.call in WRITES + REMOVALS:
        message = f"{decisive.call} succeeded: what was wrong with it was seen behind Celery's back"
        raise UnsayableError(message)
    return decisive


def _on_its_keys(history: History, decisive: Op, evidence: list[Op]) -> list[Op]:
    keys = {key for op in evidence if op.seq <= decisive.seq for key in op.keys}
    keys.update(_strays(history, decisive, keys))
    ops = [op for op in history.ops if op.seq <= decisive.seq and (keys.intersection(op.keys) or op in evidence)]
    if len(ops) > MANY:
        telling = {op.seq for op in evidence}
        ops = [op for op in ops if op.call not in READS or op.seq in telling]
    return ops


def _strays(history: History, decisive: Op, keys: set[str]) -> list[str]:
    """Return the key that an answer was written to, where that was none of these."""
    if decisive.call not in READS or decisive.outcome != "ok":
        return []
    wrote = [op for op in history.ops if op.call in WRITES and op.seq < decisive.seq]
    sources = [op.keys[0] for op in wrote if same(written(op), answered(decisive))]
    return [] if keys.intersection(sources) else sources[-1:]


def _queued(history: History, decisive: Op) -> list[Op]:
    """Return every call so far: where results share a queue, what becomes of one hangs on who looked for another."""
    ops = [op for op in history.ops if op.seq <= decisive.seq and op.call != "on_task_call"]
    announced = sum(bool(each.data.get("replies")) for each in history.seen("client"))
    # Every call has a number, also one that was not kept.
    if len(ops) > MOST or decisive.seq > len(ops) + announced:
        message = f"it hangs on {decisive.seq} calls, {len(ops)} of them kept, since results share one queue"
        raise UnsayableError(message)
    return ops


def _race(history: History, decisive: Op, evidence: list[Op]) -> Excerpt:
    """Return one round of a race: two writes at the same time and a read, or a read at the same time as a write.

    Many writes of one key are not kept but for the first; any of them would do.
    """
    calls = [op for op in history.ops if op.keys == decisive.keys]
    rivals = [op for op in calls if op.call in WRITES and op.called_ns < decisive.called_ns]
    if not rivals or len([op for op in evidence if op.call in READS]) > 1:
        message = "it is a race: of the calls that were made at the same time only the telling ones were kept"
        raise UnsayableError(message)
    if len(rivals) == 1:
        again = replace(rivals[0], seq=0)
        return Excerpt(ops=[rivals[0], again, decisive], at_once=frozenset({again.seq, decisive.seq}))
    return Excerpt(ops=[*rivals[:2], decisive], at_once=frozenset(op.seq for op in rivals[:2]))


def _meeting(history: History, evidence: list[Op]) -> Excerpt | None:
    """Return the calls that clients made on one key, until one raised; None where none of them overlap."""
    refused = [op for op in evidence if op.outcome != "ok"]
    decisive = (refused[:1] or [op for op in evidence if op.call in READS][-1:] or evidence)[0]
    over_ns = decisive.returned_ns if refused else history.ended_ns
    ops = [op for op in history.ops if op.keys == decisive.keys and op.called_ns <= over_ns]
    parts = list[list[Op]]()
    for op in sorted(ops, key=lambda op: op.called_ns):
        if parts and op.called_ns <= max(each.returned_ns for each in parts[-1]):
            parts[-1].append(op)
        else:
            parts.append([op])
    return Excerpt(ops=[*(op for op in ops if op != decisive), decisive], met=parts) if len(parts) < len(ops) else None


def _expect_no_fault(history: History, evidence: list[Op]) -> None:
    last_ns = max((op.returned_ns for op in evidence), default=0)
    faults = {str(each.data["what"]) for each in history.seen("fault") if int(each.data["began_ns"]) < last_ns}
    if faults:
        message = f"it takes a server that is {' and '.join(sorted(faults))} meanwhile, which no call brings about"
        raise UnsayableError(message)


def _expect_one_process(history: History, ops: list[Op]) -> None:
    processes = {op.process for op in ops}
    # What sets processes apart may be their environment, which a script changes between two calls.
    if len(processes) > 1 and not any(history.seen("aside")):
        message = f"its calls were made by {len(processes)} processes"
        raise UnsayableError(message)


def _expect_one_after_another(history: History, ops: list[Op]) -> None:
    if any(later.called_ns < before.returned_ns for before, later in pairwise(ops)):
        message = "it is a race: its calls overlap in time"
        raise UnsayableError(message)
    if any(_overlap(one, other) for one in ops for other in history.ops if other.client == one.client):
        message = "it is a race: other calls were made by the same client at the same time"
        raise UnsayableError(message)


def _overlap(one: Op, other: Op) -> bool:
    return one.seq != other.seq and one.called_ns < other.returned_ns and other.called_ns < one.returned_ns


def _pauses(ops: list[Op], least_ns: int) -> dict[int, int]:
    gaps = {later.seq: later.called_ns - before.returned_ns for before, later in pairwise(ops)}
    pauses = {seq: gap for seq, gap in gaps.items() if gap >= least_ns}
    last = ops[-1]
    if last.seq in pauses and last.call in READS and last.outcome == "ok":
        pauses[last.seq] = _steady(pauses[last.seq], ops)
    return pauses


def _steady(pause_ns: int, ops: list[Op]) -> int:
    """Return a wait whose outcome does not hang on a fraction of a second, as the recorded one may."""
    written, read = _last_write(ops[-1], ops), ops[-1]
    if written is None or written.expires_ns is None or written.seq != ops[-2].seq:
        return pause_ns
    if answered(read) is MISSING:
        early_ns = written.called_ns + written.expires_ns - read.returned_ns
        return pause_ns + max(0, early_ns) // 2
    late_ns = _overrun_ns(read, ops) - LATE_NS
    return pause_ns - max(0, late_ns) + min(SECOND, max(0, late_ns) // 2)


def _overrun_ns(read: Op, ops: list[Op]) -> int:
    """Return by how much a read that saw its value came after the promised end; not positive where it did not."""
    written = _last_write(read, ops)
    if written is None or written.expires_ns is None or read.outcome != "ok" or answered(read) is MISSING:
        return 0
    return read.called_ns - written.returned_ns - written.expires_ns


def _last_write(read: Op, ops: list[Op]) -> Op | None:
    writes = [op for op in ops if op.call in WRITES and op.keys == read.keys and op.seq < read.seq]
    return writes[-1] if writes else None
