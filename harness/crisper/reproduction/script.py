"""Puts a failure together as one plain script."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from crisper.history import History, Op
from crisper.reproduction import racing, working
from crisper.reproduction.calls import Wording, call, variable
from crisper.reproduction.comparing import condition, late_after_ns
from crisper.reproduction.connecting import Clients
from crisper.reproduction.excerpt import PAUSE_NS, Excerpt, excerpt
from crisper.reproduction.literals import WIDTH, Literals
from crisper.reproduction.setting import keys, naming
from crisper.runs import ContestantInfo
from crisper.verdicts import Finding


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a script says about itself: the promise, and what was played, in words."""

    clause: str
    promise: str
    scenario: str


def script(history: History, finding: Finding, contestant: ContestantInfo, told: Told) -> str:
    """Return a script that shows the failure again, exits with 1 where it is seen, and needs Celery and a server only.

    Raises UnsayableError where calls on Celery cannot show it.
    """
    found = excerpt(history, finding)
    literals = Literals(contestant.name)
    made = Clients(history, found, contestant, literals)
    say = Wording(literals=literals, names=naming(found), replies_to=made.replies_to, connection=made.connection)
    setting = [*made.at_first(), "run = uuid.uuid4()", *keys(found, say)]
    calls = [line for op in found.ops[:-1] for line in [*_pause(found, op), *made.before(op), *_call(op, say)]]
    last = found.decisive
    ending = [*_pause(found, last), *made.before(last), *_decision(last, finding.because, say, quietly=made.listening)]
    body = [*calls, *ending]
    if found.at_once:
        setting = [*made.at_first(), "run = uuid.uuid4()"]
        body = racing.rounds(found, say, finding.because)
    if last.layer == "task":
        setting += working.definitions(found.ops, literals, broker=contestant.broker)
        body = [working.worker(last.client), *(f"    {line}" for line in body)]
    values = [f"{name} = {expression}" for name, expression in literals.made.values()]
    parts = (_head(told, contestant), _imports(found, finding.because, calls, literals), setting, values, body)
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(told: Told, contestant: ContestantInfo) -> list[str]:
    server = contestant.server
    engine = f"{server.engine} {server.version}".strip() if server else ""
    celery = f"Celery {contestant.celery}"
    client = contestant.client if contestant.client.lower() != celery.lower() else ""
    versions = ", ".join(filter(None, [celery, client, engine]))
    text = [*textwrap.wrap(f"{told.clause}: {told.promise}", WIDTH), "", *textwrap.wrap(told.scenario, WIDTH)]
    lines = [_harmless(each) for each in [*text, f"Seen with {versions}."]]
    return [f'"""{lines[0]}', *lines[1:], '"""']


def _harmless(text: str) -> str:
    """Return text that may stand in a docstring."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    return shown.replace("\\", "/").replace('"""', "'''")


def _imports(found: Excerpt, because: str, calls: list[str], literals: Literals) -> list[str]:
    needed = {"import sys", "import uuid", *literals.imports}
    needed |= {"import time"} if found.pauses_ns or late_after_ns(found.decisive, because) is not None else set()
    needed |= {"from contextlib import suppress"} if any(line.startswith("with suppress") for line in calls) else set()
    others = {each for each in needed if "celery" in each or "kombu" in each}
    python = sorted(needed - others, key=lambda line: (line.startswith("from"), line))
    return [*python, "", *sorted({"from celery import Celery"} | others)]


def _pause(found: Excerpt, op: Op) -> list[str]:
    pause_ns = found.pauses_ns.get(op.seq)
    return [f"time.sleep({pause_ns / 1e9:.{1 if pause_ns >= PAUSE_NS else 2}f})"] if pause_ns else []


def _call(op: Op, say: Wording) -> list[str]:
    line = call(op, say)
    line = f"{variable(op.client)} = {line}" if op.call == "connect" else line
    return [line] if op.outcome == "ok" else [f"with suppress(Exception):  # {op.error}", f"    {line}"]


def _decision(op: Op, because: str, say: Wording, *, quietly: bool) -> list[str]:
    line = call(op, say)
    if op.outcome == "ok":
        taken = [f"seen = {line}"]
    else:
        error = ["except Exception as error:", "    seen = type(error).__name__"]
        taken = ["try:", f"    {line}", "    seen = 'no error'", *error]
    seen = condition(op, because, say.literals) + (" and not complaints" if quietly else "")
    if (bound_ns := late_after_ns(op, because)) is not None:
        taken.insert(0, "began = time.monotonic()")
        seen += f" and time.monotonic() - began > {bound_ns / 1e9:g}"
    return [
        *taken,
        f"if {seen}:",
        f"    sys.exit({f'reproduced: {because}'!r})",
        f"print('not reproduced: {op.call} gave', repr(seen))",
    ]
