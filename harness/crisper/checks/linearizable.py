"""Whether calls that were made at the same time come out as if they had been made one after another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from crisper.checks.answers import READS, REMOVALS, WRITES, answered, each_answer, told, written
from crisper.checks.expiry import LATE_NS
from crisper.checks.orders import LIMIT, NEVER_NS, Event, ordered
from crisper.checks.window import smallest
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


#: Of a window so many calls are told, and the others counted.
TOLD = 4


def linearizable(history: History, _: Judged, *, limit: int = LIMIT) -> Finding:
    """For each key there is an order of all calls that explains every answer, and no call raises.

    A call takes effect at one moment between its start and its end; one that did not come back may have taken effect at
    any moment since its start, or never; what was written is gone some time after its life. The evidence of a failure
    is the smallest window: calls that no order explains, although one would if any one of them were left out; of reads
    that no change was under way with, where these are enough, since what they found is there to stay.
    """
    answers, undecided_keys = 0, 0
    findings = [finding] if (finding := _raised(history)) else []
    for events in _by_key(history).values():
        answers += sum(event.does == "read" for event in events)
        verdict = ordered(events, limit)
        undecided_keys += verdict is None
        if verdict is False:
            calm = _calm(events)
            findings.insert(0, _unexplained(smallest(calm if ordered(calm, limit) is False else events)))
            break
    if findings:
        evidence = [seq for each in findings for seq in each.evidence]
        return failed("; ".join(each.because for each in findings), *evidence)
    if undecided_keys:
        return undecided(f"of {undecided_keys} keys an order was neither found nor ruled out in {limit} steps")
    return passed(f"{answers} answers, explained by one order a key") if answers else undecided("no read was answered")


def _raised(history: History) -> Finding | None:
    errors = [op for op in history.ops if op.outcome == "failed"]
    if not errors:
        return None
    counts = Counter(f"{op.call} raised {op.error}" for op in errors)
    (first, often), *others = ((what, f", {times} times" if times > 1 else "") for what, times in counts.items())
    # How often it was is said last, since deviations are told by what comes before.
    told = [f"{first}: {errors[0].message}{often}", *(f"{what}{times}" for what, times in others)]
    return failed("; ".join(told), errors[0].seq)


def _calm(events: list[Event]) -> list[Event]:
    changes = [event for event in events if event.does in {"write", "remove"}]
    return [
        event
        for event in events
        if event.does != "read"
        or not any(each.called_ns <= event.returned_ns and event.called_ns <= each.returned_ns for each in changes)
    ]


def _unexplained(window: list[Event]) -> Finding:
    calls = list({event.op.seq: event for event in window}.values())
    says = [_says(event) for event in calls]
    if len(says) > TOLD:
        says[TOLD - 1 : -1] = [f"{len(says) - TOLD} more"]
    return failed(f"no order explains {', '.join(says)}", *(event.op.seq for event in calls))


def _says(event: Event) -> str:
    match event.does:
        case "read":
            return f"{event.op.call} answered {told(event.value)}"
        case "remove":
            return event.op.call
    return f"{event.op.call} {told(event.value)}"


def _by_key(history: History) -> dict[str, list[Event]]:
    events: defaultdict[str, list[Event]] = defaultdict(list)
    for op in history.ops:
        for key, event in _events(op, history.ended_ns):
            events[key].append(event)
    return events


def _events(op: Op, ended_ns: int) -> Iterator[tuple[str, Event]]:
    lost = op.outcome != "ok"
    span = {"called_ns": op.called_ns, "returned_ns": NEVER_NS if lost else op.returned_ns}
    if op.call in WRITES:
        write = Event(does="write", op=op, value=written(op), **span)
        yield op.keys[0], write
        if op.expires_ns is not None and op.called_ns + op.expires_ns <= ended_ns:
            yield op.keys[0], _end(write, op.expires_ns, ended_ns)
    elif op.call in REMOVALS:
        yield op.keys[0], Event(does="remove", op=op, **span)
    elif not lost:
        yield from _reads(op)


def _end(write: Event, expires_ns: int, ended_ns: int) -> Event:
    latest_ns = write.returned_ns + expires_ns + LATE_NS
    return Event(
        does="end",
        op=write.op,
        value=write.value,
        called_ns=write.called_ns + expires_ns,
        returned_ns=latest_ns if latest_ns <= ended_ns else NEVER_NS,
    )


def _reads(op: Op) -> Iterator[tuple[str, Event]]:
    answers = [answered(op)] if op.call in READS else each_answer(op) if op.call == "mget" else None
    for key, answer in zip(op.keys, answers or [], strict=False):
        yield key, Event(does="read", op=op, value=answer, called_ns=op.called_ns, returned_ns=op.returned_ns)
