"""How the clients of a script are made: with which settings, for which URL, and when."""

from __future__ import annotations

from collections.abc import Callable

from crisper.checks.answers import WRITES
from crisper.history import History, Op
from crisper.reproduction.calls import variable
from crisper.reproduction.excerpt import Excerpt
from crisper.reproduction.literals import Literals
from crisper.reproduction.record import UnsayableError
from crisper.runs import ContestantInfo
from crisper.values import Value


#: For every change of a URL that a History tells of (crisper.celery.urls), the URL as an expression.
CHANGED: dict[str, Callable[..., str]] = {
    "unchanged": lambda: "url",
    "with_option": lambda name, value: f"url + ('&' if '?' in url else '?') + {f'{name}={value}'!r}",
    "with_password": lambda password: f"url.replace('://', {f'://:{password}@'!r}, 1)",
    "without_port": lambda: r"re.sub(r':\d+', '', url, count=1)",
}

#: What collects every warning and every complaint in the log.
LISTENING = [
    "complaints = []",
    "ear = logging.Handler(logging.WARNING)",
    "ear.emit = complaints.append",
    "logging.getLogger().addHandler(ear)",
    "logging.captureWarnings(True)",
    "warnings.simplefilter('always')",
    "warnings.simplefilter('ignore', ResourceWarning)",
]


class Clients:
    """The clients of an excerpt; what is said of them is told apart by when they are made."""

    def __init__(self, history: History, found: Excerpt, contestant: ContestantInfo, literals: Literals) -> None:
        self._history = history
        self._found = found
        self._contestant = contestant
        self._literals = literals
        self._readers = {
            str(each.data["client"]): each.at_ns for each in history.seen("client") if each.data.get("replies")
        }
        self._changed = {op.client: op for op in found.ops if op.call == "connect"}
        self._others = {op.client: op for op in reversed(found.ops) if op.process != found.ops[0].process}

    @property
    def listening(self) -> bool:
        """Whether it belongs to the failure that nobody complained."""
        return any(self._history.seen("listening"))

    def at_first(self) -> list[str]:
        """Return the lines with which the script begins."""
        lines = [f"url = sys.argv[1] if len(sys.argv) > 1 else {self._contestant.url!r}"]
        if self._contestant.broker:
            lines.append(f"broker = sys.argv[2] if len(sys.argv) > 2 else {self._contestant.broker!r}")
        if self.listening:
            self._literals.imports |= {"import logging", "import warnings"}
            lines += LISTENING
        names = {op.client for op in self._found.ops}.union(filter(None, map(self.replies_to, self._found.ops)))
        at_first = [name for name in sorted(names, key=_number) if name not in {*self._changed, *self._others}]
        return [*lines, *map(self._made, at_first), *(line for name in at_first for line in self._announced(name))]

    def replies_to(self, op: Op) -> str | None:
        """Return the client that a result is sent to: whoever stores it, or the newest of those that send tasks."""
        if not self._readers or op.client in self._readers:
            return op.client if self._readers else None
        before = [name for name, at_ns in self._readers.items() if at_ns <= op.called_ns]
        return before[-1] if before else next(iter(self._readers))

    def _announced(self, reader: str) -> list[str]:
        """Return the lines that do what sending a task does, where only its sender is told the result."""
        claims = self._contestant.claims
        refused = any(op.client == reader for op in self._history.calls("on_task_call"))
        if refused or reader not in self._readers or "shared" in claims or "push" not in claims:
            return []
        name = variable(reader)
        lines = [f"with {name}.app.producer_or_acquire() as producer:  # as whoever sends a task does"]
        return [*lines, f"    {name}.on_task_call(producer, {name}.oid)"]

    def before(self, op: Op) -> list[str]:
        """Return the lines for clients that are made only for this call: in another environment."""
        if self._others.get(op.client) != op or op.client in self._changed:
            return []
        return [*self._environment(), self._made(op.client)]

    def connection(self, op: Op) -> str:
        """Return a client that was made by a call, as an expression."""
        match op.input:
            case {"change": str(change), "arguments": list(arguments)} if change in CHANGED:
                url = CHANGED[change](*arguments)
            case told:
                message = f"nobody has said yet how a client for {told} is written in a script"
                raise UnsayableError(message)
        self._literals.imports |= {"import re"} if "re." in url else set()
        return self._celery(op.client, url)

    def _environment(self) -> list[str]:
        told = next(iter(self._history.seen("aside")), None)
        if told is None:
            return []
        self._literals.imports.add("import os")
        return [f"os.environ.update({self._literals.literal(told.data['environment'])})"]

    def _made(self, name: str) -> str:
        return f"{variable(name)} = {self._celery(name, 'url')}"

    def _celery(self, name: str, url: str) -> str:
        where = [f"backend={url}"]
        if self._contestant.broker:
            where.append("broker=broker")
        elif any(op.client == name and op.call == "apply_async" for op in self._found.ops):
            where.append("broker='memory://'")
        options = _options(_conf(self._history, name, self._found), self._literals)
        return f"Celery({', '.join([*where, *options])}).backend"


def _number(client: str) -> tuple[int, str]:
    return len(client), client


def _conf(history: History, client: str, found: Excerpt) -> dict[str, Value]:
    conf: dict[str, Value] = {}
    writes = [op for op in found.ops if op.client == client and op.call in WRITES]
    if writes:
        expires_ns = writes[0].expires_ns
        conf["result_expires"] = None if expires_ns is None else _seconds(expires_ns)
    reads = [op.keys[0] for op in found.ops if op.client == client and op.call == "get_task_meta"]
    if len(reads) > len(set(reads)):
        conf["result_cache_max"] = -1
    for each in history.seen("client"):
        if each.data["client"] == client:
            conf |= each.data["conf"]
    return conf


def _seconds(expires_ns: int) -> float:
    return expires_ns // 10**9 if expires_ns % 10**9 == 0 else expires_ns / 1e9


def _options(conf: dict[str, Value], literals: Literals) -> list[str]:
    # Celery takes None for "not given", except in `changes`.
    given = [f"{name}={literals.literal(value)}" for name, value in conf.items() if value is not None]
    empty = {name: None for name, value in conf.items() if value is None}
    return [*given, f"changes={empty!r}"] if empty else given
