"""How each recorded call is written as a call on Celery's backend object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crisper.history import Op
from crisper.reproduction.literals import Literals
from crisper.reproduction.record import UnsayableError
from crisper.values import Value


#: What makes a key the type in which a client hands it over, by how that client does it.
TYPES = {"encode": "ensure_bytes", "str": "bytes_to_str"}


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What things are called in one script: `names` by key, `replies_to` the client that a result is sent to.

    `connection` is how a client is made by a call.
    """

    literals: Literals
    names: dict[str, str]
    replies_to: Callable[[Op], str | None] = lambda _: None
    connection: Callable[[Op], str]

    def key(self, op: Op) -> str:
        """Return the variable that holds the key or task id of a call, in the type in which it was handed over."""
        name = self.names[op.keys[0]]
        if op.layer != "kv" or "keys" not in op.extra:
            return name
        form = TYPES[op.extra["keys"]]
        self.literals.imports.add(f"from kombu.utils.encoding import {form}")
        return f"{form}({name})"

    def keys(self, op: Op) -> str:
        """Return the keys of a call, as a list."""
        names = [self.names[key] for key in op.keys]
        if names == list(self.names.values()) and names[0] == "keys[0]":
            return "keys"
        return f"[{', '.join(names)}]"

    def value(self, value: Value) -> str:
        """Return a value as an expression."""
        return self.literals.literal(value)


def _store_result(op: Op, say: Wording, task: str = "") -> str:
    task, extra = task or say.key(op), dict(op.extra)
    arguments = [task, say.value(op.input["result"]), say.value(op.input["status"])]
    if "traceback" in extra:
        arguments.append(f"traceback={say.value(extra.pop('traceback'))}")
    replies_to = say.replies_to(op)
    if extra or replies_to:
        say.literals.imports.add("from celery.app.task import Context")
        # A worker has it as text, whatever it hands over.
        request = {"id": say.key(op), "correlation_id": say.key(op), "children": "[]"}
        request |= {"reply_to": f"{variable(replies_to)}.oid"} if replies_to else {}
        request |= {name: say.value(value) for name, value in extra.items()}
        arguments.append(f"request=Context({', '.join(f'{name}={value}' for name, value in request.items())})")
    return f"store_result({', '.join(arguments)})"


def _uuid(op: Op, say: Wording) -> str:
    return f"uuid.UUID({say.key(op)})"


def _save_group(op: Op, say: Wording) -> str:
    app = f"{variable(op.client)}.app"

    def result(tree: Value) -> str:
        (name, parent), members = tree
        above = f", parent={result(parent)}" if parent else ""
        if members is None:
            return f"{app}.AsyncResult({say.value(name)}{above})"
        return f"{app}.GroupResult({say.value(name)}, [{', '.join(map(result, members))}]{above})"

    return f"save_group({say.key(op)}, {result(op.input)})"


def _restore_group(op: Op, say: Wording) -> str:
    say.literals.imports.add("import json")
    return f"restore_group({say.key(op)})"


def _joined(op: Op, say: Wording) -> str:
    app = f"{variable(op.client)}.app"
    results = f"[{app}.AsyncResult(task) for task in {say.keys(op)}]"
    return f"{app}.GroupResult('joined', {results}).get(timeout={op.input['timeout_ns'] / 1e9:g})"


#: For every name that an Op may bear, how the call is written; whoever adds a call to the client adds it here.
CALLS: dict[str, Callable[[Op, Wording], str]] = {
    "set": lambda op, say: f"set({say.key(op)}, {say.value(op.input)})",
    "get": lambda op, say: f"get({say.key(op)})",
    "mget": lambda op, say: f"mget({say.keys(op)})",
    "delete": lambda op, say: f"delete({say.key(op)})",
    "incr": lambda op, say: f"incr({say.key(op)})",
    "expire": lambda op, say: f"expire({say.key(op)}, {op.input})",
    "store_result": _store_result,
    "get_task_meta": lambda op, say: f"get_task_meta({say.key(op)})",
    "forget": lambda op, say: f"forget({say.key(op)})",
    "store_result(UUID)": lambda op, say: _store_result(op, say, _uuid(op, say)),
    "get_task_meta(UUID)": lambda op, say: f"get_task_meta({_uuid(op, say)})",
    "reload_task_result": lambda op, say: f"reload_task_result({say.key(op)})",
    "save_group": _save_group,
    "restore_group": _restore_group,
    "delete_group": lambda op, say: f"delete_group({say.key(op)})",
}


def _pickled(op: Op, say: Wording) -> str:
    say.literals.imports.add("import pickle")
    return f"pickle.loads(pickle.dumps({variable(op.client)}))"


def _pickled_state(op: Op, say: Wording) -> str:
    say.literals.imports |= {"import pickle", "from celery.result import AsyncResult"}
    return f"pickle.loads(pickle.dumps(AsyncResult({say.key(op)}, app={variable(op.client)}.app))).state"


def _sent(op: Op, say: Wording) -> str:
    app = f"{variable(op.client)}.app"
    match op.input:
        case {"group": list(values), "task": str(task)}:
            say.literals.imports.add("from celery import group")
            told = zip(op.keys, values, strict=True)
            members = [
                f"{app}.signature('crisper.{task}', ({say.value(value)},)).set(task_id={say.names[key]})"
                for key, value in told
            ]
            return f"group([{', '.join(members)}], app={app}).apply_async()"
        case {"args": list(values), "task": str(task)} if "chain" not in op.input:
            given = "".join(f"{say.value(value)}, " for value in values).rstrip()
            late = f", headers={{'expires': {LONG_AGO!r}}}" if "expired" in op.input else ""
            return f"{app}.send_task('crisper.{task}', ({given}), task_id={say.key(op)}{late})"
    message = f"nobody has said yet how a {'chain' if 'chain' in op.input else 'chord'} is written in a script"
    raise UnsayableError(message)


def _wait(op: Op, say: Wording) -> str:
    app = f"{variable(op.client)}.app"
    timeout_ns = op.input["timeout_ns"]
    if op.layer == "task":  # within the script, where the worker may have to wait for its first task
        timeout_ns = max(timeout_ns, PATIENCE_NS)
    options = [f"timeout={timeout_ns / 1e9:g}"] + ([] if op.input["propagate"] else ["propagate=False"])
    options += [f"{hook}=lambda *_: None" for hook in op.input.get("hooks", ())]
    tasks = [f"{app}.AsyncResult({say.names[key]})" for key in op.keys]
    result = tasks[0] if len(tasks) == 1 else f"{app}.GroupResult(None, [{', '.join(tasks)}])"
    return f"{result}.get({', '.join(options)})"


def _result_set(op: Op, say: Wording) -> str:
    say.literals.imports.add("from celery.result import ResultSet")
    app = f"{variable(op.client)}.app"
    results = ", ".join(f"{app}.AsyncResult({say.names[key]})" for key in op.keys)
    return f"list(ResultSet([{results}], app={app}).{op.call.partition('.')[2]}(timeout=1))"


def _then(op: Op, say: Wording) -> str:
    return f"{variable(op.client)}.app.AsyncResult({say.key(op)}).then(lambda _: None)"


def _many(op: Op, say: Wording) -> str:
    options = ", ".join([say.keys(op), *(f"{name}={value}" for name, value in op.input.items())])
    told = f"in {variable(op.client)}.get_many({options})"
    return f"sorted([task, meta['status'], meta['result']] for task, meta {told})"


#: The same for what is no call on the backend object itself.
AROUND: dict[str, Callable[[Op, Wording], str]] = {
    "connect": lambda op, say: say.connection(op),
    "apply_async": _sent,
    "state": lambda op, say: f"{variable(op.client)}.app.AsyncResult({say.key(op)}).state",
    "switch": lambda op, _: f"{variable(op.client)}.{op.input} not in (None, False)",
    "pickle": _pickled,
    "pickled state": _pickled_state,
    "GroupResult.get": _joined,
    "get_many": _many,
    "then": _then,
    **{f"ResultSet.{way}": _result_set for way in ("get", "join", "iter_native")},
    "exists": lambda op, say: f"{variable(op.client)}.app.AsyncResult({say.key(op)}).exists()",
}

#: How an answer is taken, where it is given only when it is used up, or recorded as what it tells.
ANSWERS = {
    "mget": "list({})",
    "restore_group": "json.loads(json.dumps({}, default=lambda group: group.as_tuple()))",
}

#: How long a result is waited for that a worker is to send.
PATIENCE_NS = 5_000_000_000

#: When a task that comes too late was to be done.
LONG_AGO = "2000-01-01T00:00:00+00:00"

#: Calls that no script makes, and why.
UNSAYABLE = {
    **dict.fromkeys(
        ("chord", "mark_as_done", "mark_as_failure", "chord_unlock", "bodies"),
        "was played by hand, as a worker and its broker would",
    ),
    "stored size": "tells what was not said, which no answer shows",
    "cleanup": "would remove what others keep at the same place",
}


def variable(client: str) -> str:
    """Return what a client is called in a script."""
    return "".join(each if each.isalnum() else "_" for each in client)


def is_wait(op: Op) -> bool:
    """Whether a call is `AsyncResult.get`, not the `get` of a key."""
    return op.call == "get" and op.layer != "kv"


def call(op: Op, say: Wording) -> str:
    """Return a call as an expression.

    Raises UnsayableError for a call that nobody has said how to write.
    """
    if op.call in UNSAYABLE:
        message = f"{op.call} {UNSAYABLE[op.call]}"
        raise UnsayableError(message)
    if is_wait(op):
        return _wait(op, say)
    if op.call in AROUND:
        return AROUND[op.call](op, say)
    if op.call not in CALLS:
        message = f"nobody has said yet how {op.call} is written in a script"
        raise UnsayableError(message)
    return ANSWERS.get(op.call, "{}").format(f"{variable(op.client)}.{CALLS[op.call](op, say)}")
