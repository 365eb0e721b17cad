"""What a script begins with: its clients, as they were configured, and fresh keys."""

from __future__ import annotations

from crisper.checks.answers import WRITES
from crisper.history import History
from crisper.reproduction.calls import Wording, variable
from crisper.reproduction.excerpt import Excerpt
from crisper.reproduction.literals import Literals
from crisper.runs import ContestantInfo
from crisper.values import Value


#: More keys than these are held in a list.
FEW = 6


def clients(history: History, found: Excerpt, contestant: ContestantInfo, literals: Literals) -> list[str]:
    """Return the lines that make every client of the excerpt."""
    lines = [f"url = sys.argv[1] if len(sys.argv) > 1 else {contestant.url!r}"]
    where = ["backend=url"]
    if contestant.broker:
        lines.append(f"broker = sys.argv[2] if len(sys.argv) > 2 else {contestant.broker!r}")
        where.append("broker=broker")
    for name in sorted({op.client for op in found.ops}.union(filter(None, [replies_to(history)])), key=_number):
        options = [*where, *_options(_conf(history, name, found), literals)]
        lines.append(f"{variable(name)} = Celery({', '.join(options)}).backend")
    return lines


def replies_to(history: History) -> str | None:
    """Return the client that results were sent to, where they are not shared."""
    return next((str(each.data["client"]) for each in history.seen("client") if each.data.get("replies")), None)


def naming(found: Excerpt) -> dict[str, str]:
    """Return what each key is called in the script."""
    used = dict.fromkeys(key for op in found.ops for key in op.keys)
    noun = "key" if found.decisive.layer == "kv" else "task"
    if len(used) == 1:
        return dict.fromkeys(used, noun)
    form = "keys[{}]" if len(used) > FEW else f"{noun}_{{}}"
    first = 0 if len(used) > FEW else 1
    return {key: form.format(number) for number, key in enumerate(used, first)}


def keys(found: Excerpt, say: Wording) -> list[str]:
    """Return the lines that name fresh keys, in the type that the backend asks for."""
    typed = f"{variable(found.ops[0].client)}.key_t({{}})" if found.decisive.layer == "kv" else "{}"
    if len(say.names) <= FEW:
        return [f"{name} = {typed.format(say.value(key))}" for key, name in say.names.items()]
    if all(map(say.literals.plain, say.names)):
        number = "f'{run}-{number}'"
        return [f"keys = [{typed.format(number)} for number in range({len(say.names)})]"]
    return [f"keys = [{typed.format('key')} for key in {say.value(list(say.names))}]"]


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
