"""What a caller who waits is told, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crisper.checks.answers import MISSING, answered, same, told
from crisper.history import History, Op
from crisper.scenario import Judged
from crisper.values import Value, shown
from crisper.verdicts import Finding, failed, merged, passed, undecided


SECOND = 1_000_000_000

#: How much later than promised an answer may come.
GRACE_NS = SECOND // 2

#: Who looks for a result does so twice a second; what is stored later than this before a wait ends may be missed.
LAST_NS = SECOND

RAISED = ("FAILURE", "REVOKED")


def gives_up_in_time(history: History, _: Judged) -> Finding:
    """Every wait for what never comes raises TimeoutError, none before its time is over, and most of them then."""
    return merged([_of_all(history, _not_early), _most(history)])


def at_once(history: History, contestant: Judged) -> Finding:
    """What was stored before is returned, at once by most waits: the machine may have kept one."""
    waits = list(history.calls("get"))
    prompt = [_prompt(middling(waits), 0, lag_ns(history))] if waits else []
    return merged([as_stored(history, contestant), *prompt])


def waits_for_nothing(history: History, _: Judged) -> Finding:
    """A wait of no time returns at once: with what is stored, or with TimeoutError where nothing is.

    Of several for what is stored most are to return at once: the machine may have kept one.
    """
    lag, stored = lag_ns(history), {op.keys[0]: op for op in history.calls("store_result")}
    told = [op for op in history.calls("get") if op.keys[0] in stored and stored[op.keys[0]].seq <= op.seq]
    decisive = middling(told) if told else None

    def judge(op: Op) -> Finding:
        store = stored.get(op.keys[0])
        if store is None:
            return _given_up(op, lag)
        if store.seq > op.seq:
            took_ns = op.returned_ns - op.called_ns
            says = f"{_asked(op)} waited for {seconds(took_ns)}, until the task was stored"
            return failed(says, op.seq, margin_ns=took_ns)
        kept = _as_stored(op, store)
        return merged([kept, _prompt(op, 0, lag)]) if op is decisive else kept

    return _of_all(history, judge)


def asking_uses_nothing_up(history: History, contestant: Judged) -> Finding:
    """Whoever was told a state is told it each time, and whoever waits then is told the result."""
    known = set()
    for op in history.calls("get_task_meta"):
        store, task = _store(history, op), op.keys[0]
        if op.outcome != "ok":
            return failed(f"{op.call} raised {op.failure}", op.seq)
        if answered(op) is MISSING and task not in known:
            continue
        known.add(task)
        if not same(answered(op), store.input):
            return failed(f"{op.call} answered {told(answered(op))}; stored was {told(store.input)}", store.seq, op.seq)
    return as_stored(history, contestant)


def as_stored(history: History, _: Judged) -> Finding:
    """What a task stored is returned; its error is raised, unless the caller asked for it to be returned."""
    refused = [op for op in history.calls("store_result") if op.outcome != "ok"]
    if refused:
        return failed(f"store_result raised {refused[0].failure}", refused[0].seq)
    return _of_all(history, lambda op: _as_stored(op, _store(history, op)))


def middling(waits: Sequence[Op]) -> Op:
    """Return the wait that took the middle time; of two, the longer."""
    return sorted(waits, key=lambda op: op.returned_ns - op.called_ns)[len(waits) // 2]


def given_up_before(wait: Op, store: Op) -> bool:
    """Whether a wait was over before its task was stored, or a moment after."""
    left_ns = wait.called_ns + wait.input["timeout_ns"] - store.returned_ns
    return wait.error == "TimeoutError" and wait.called_ns < store.returned_ns and left_ns < LAST_NS


def lag_ns(history: History) -> int:
    """Return how late the instrument itself was, at worst."""
    return max((int(each.data["max_ns"]) for each in history.seen("lag")), default=0)


def raises(op: Op, error: Value) -> bool:
    """Whether an Op raised this (canonical) exception: the type, and each argument in the message."""
    return op.error == error["$exception"] and all(str(each) in (op.message or "") for each in error["args"])


def came(op: Op) -> str:
    """Return what came of a wait, as a person says it."""
    return f"raised {op.failure}" if op.error else f"returned {shown(op.output)}"


def seconds(time_ns: int) -> str:
    """Return a time as a person says it."""
    return f"{time_ns / SECOND:.2f} s"


def _of_all(history: History, judge: Callable[[Op], Finding]) -> Finding:
    waits = list(history.calls("get"))
    worst = merged(map(judge, waits)) if waits else undecided("nobody waited")
    longest = seconds(max((op.returned_ns - op.called_ns for op in waits), default=0))
    return passed(f"{len(waits)} waits, the longest {longest}") if worst.word == "pass" else worst


def _most(history: History) -> Finding:
    """Judge the middle one of the waits that were asked for alike: what kept another may have been the machine.

    Where the machine may have kept that too, one that was prompt says that it did.
    """
    alike: dict[Value, list[Op]] = {}
    for op in history.calls("get"):
        alike.setdefault(op.input["timeout_ns"], []).append(op)
    findings = [_mostly_prompt(ops, timeout_ns, lag_ns(history)) for timeout_ns, ops in alike.items()]
    return merged(findings) if findings else undecided("nobody waited")


def _mostly_prompt(waits: Sequence[Op], due_ns: int, lag: int) -> Finding:
    middle = _prompt(middling(waits), due_ns, lag)
    if middle.word == "unknown" and any(_prompt(op, due_ns, lag).word == "pass" for op in waits):
        return passed("in time, where the machine did not keep it")
    return middle


def _given_up(op: Op, lag: int) -> Finding:
    early = _not_early(op)
    return _prompt(op, op.input["timeout_ns"], lag) if early.word == "pass" else early


def _not_early(op: Op) -> Finding:
    timeout_ns = op.input["timeout_ns"]
    waited_ns = op.returned_ns - op.called_ns
    if op.error != "TimeoutError":
        return failed(f"{_asked(op)} {came(op)}, of a task that nobody stored", op.seq)
    if waited_ns < timeout_ns:
        margin = timeout_ns - waited_ns
        return failed(f"{_asked(op)} gave up early, after {seconds(waited_ns)}", op.seq, margin_ns=margin)
    return passed("not early")


def _prompt(op: Op, due_ns: int, lag: int) -> Finding:
    waited_ns = op.returned_ns - op.called_ns
    late_ns = waited_ns - due_ns - GRACE_NS
    says = f"{_asked(op)} {came(op)} only after {seconds(waited_ns)}"
    if late_ns <= 0:
        return passed("in time")
    if late_ns <= lag:
        return undecided(f"{says}, but the instrument itself lagged by up to {seconds(lag)}", op.seq)
    return failed(says, op.seq, margin_ns=late_ns)


def _as_stored(op: Op, store: Op) -> Finding:
    result = store.input["result"]
    raised = store.input["status"] in RAISED and op.input["propagate"]
    kept = raises(op, result) if raised else op.outcome == "ok" and same(op.output, result)
    if kept:
        return passed("as stored")
    if given_up_before(op, store):
        return undecided(f"{_asked(op)} gave up before the task was stored, or a moment after", store.seq, op.seq)
    return failed(f"{_asked(op)} {came(op)}; stored was {told(store.input)}", store.seq, op.seq)


def _asked(op: Op) -> str:
    return f"get(timeout={op.input['timeout_ns'] / SECOND:g}{'' if op.input['propagate'] else ', propagate=False'})"


def _store(history: History, wait: Op) -> Op:
    return next(op for op in history.calls("store_result") if op.keys == wait.keys)
