"""Notes calls as they are made, and turns them into Ops only afterwards."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping

import msgspec

from crisper.celery.patience import within
from crisper.clauses import Layer
from crisper.history import Op, Outcome, Phase
from crisper.values import canonical, printable


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call as it was made; what a script gets back, and what becomes an Op."""

    seq: int
    client: str
    layer: Layer
    name: str
    keys: tuple[str, ...]
    input: object
    extra: Mapping[str, object]
    output: object
    error: BaseException | None
    expires_ns: int | None
    called_ns: int
    returned_ns: int
    phase: Phase


def attempt(function: Callable[..., object], *arguments: object) -> tuple[object, BaseException | None]:
    """Call a backend and return what it returned or raised; the one place where anything may be raised."""
    try:
        return function(*arguments), None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a backend may raise what it likes
        return None, error


class Recorder:
    """Collects the calls of one playing, from any thread; encoding waits until the playing is over."""

    def __init__(self) -> None:
        self.phase: Phase = "steady"
        self._calls: list[Call] = []
        self._made = 0
        self._adopted: list[Op] = []
        self._seq = itertools.count(1)
        self._lock = threading.Lock()

    def call(  # noqa: PLR0913 - each is a column of the Op
        self,
        function: Callable[[], object],
        *,
        client: str,
        layer: Layer,
        name: str,
        keys: tuple[str, ...],
        given: object = None,
        extra: Mapping[str, object] | None = None,
        expires_ns: int | None = None,
        keep: bool = True,
        patience_ns: int | None = None,
    ) -> Call:
        """Make one call on the backend and note what came of it; `keep=False` leaves it to `retain`.

        One that may hang is given up after `patience_ns`, with NoAnswerError.
        """
        seq = self._made = next(self._seq)
        called_ns = time.monotonic_ns()
        output, error = attempt(function) if patience_ns is None else within(patience_ns, lambda: attempt(function))
        returned_ns = time.monotonic_ns()
        call = Call(
            seq=seq,
            client=client,
            layer=layer,
            name=name,
            keys=keys,
            input=given,
            extra=extra or {},
            output=output,
            error=error,
            expires_ns=expires_ns,
            called_ns=called_ns,
            returned_ns=returned_ns,
            phase=self.phase,
        )
        if keep:
            self.retain(call)
        return call

    def retain(self, call: Call) -> None:
        """Keep a call that was made with `keep=False`."""
        # Without the lock, which would be a tenth of what recording costs: appending is one step for the interpreter.
        self._calls.append(call)

    def withdraw(self) -> list[Call]:
        """Take back all calls that were kept; whoever wants to keep some of them after all says so by `retain`."""
        calls, self._calls = self._calls, []
        return calls

    def adopt(self, ops: list[Op]) -> None:
        """Keep what another process recorded, under numbers of its own."""
        with self._lock:
            self._adopted += [msgspec.structs.replace(op, seq=next(self._seq)) for op in ops]

    @property
    def count(self) -> int:
        """How many calls were made so far, kept or not."""
        return self._made

    @property
    def troubled(self) -> bool:
        """Whether any call raised."""
        return any(call.error is not None for call in self._calls)

    def ops(self) -> list[Op]:
        """Return what was kept as Ops, by the order of the calls."""
        with self._lock:
            ops = [noted(call) for call in self._calls] + self._adopted
        return sorted(ops, key=lambda op: op.seq)


def noted(call: Call) -> Op:
    """Return a call of this process as an Op."""
    error = call.error
    return Op(
        seq=call.seq,
        process=os.getpid(),
        client=call.client,
        layer=call.layer,
        call=call.name,
        keys=list(call.keys),
        input=canonical(call.input),
        extra={name: canonical(value) for name, value in call.extra.items()},
        output=canonical(call.output),
        expires_ns=call.expires_ns,
        outcome=_outcome(error),
        error=None if error is None else type(error).__name__,
        message=None if error is None else printable(str, error),
        called_ns=call.called_ns,
        returned_ns=call.returned_ns,
        phase=call.phase,
    )


def _outcome(error: BaseException | None) -> Outcome:
    if error is None:
        return "ok"
    # After a time-out or a lost connection the server may or may not have done it; drivers have classes of their own.
    lost = isinstance(error, TimeoutError | ConnectionError) or "Timeout" in type(error).__name__
    return "unknown" if lost else "failed"
