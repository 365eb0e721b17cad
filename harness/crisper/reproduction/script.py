"""Puts a failure together as one plain script."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from crisper.history import History, Op
from crisper.reproduction import meeting, racing, working
from crisper.reproduction.calls import Wording, call, is_wait, variable
from crisper.reproduction.comparing import condition
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
    ending = [*_pause(found, last), *made.before(last), *_decision(last, finding, say, quietly=made.listening)]
    body = [*calls, *ending]
    if found.at_once or found.met:
        setting = [*made.at_first(), "run = uuid.uuid4()"]
        body = (meeting if found.met else racing).rounds(found, say, finding.because)
    if last.layer == "task":
        setting += working.definitions(found.ops, literals, broker=contestant.broker)
        body = [working.worker(last.client), *(f"    {line}" for line in body)]
    values = [f"{name} = {expression}" for name, expression in literals.made.values()]
    parts = (_head(told, contestant), _imports(found, [*calls, *ending], literals), setting, values, body)
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(told: Told, contestant: ContestantInfo) -> list[str]:
    text = [*textwrap.wrap(f"{told.clause}: {told.promise}", WIDTH), "", *textwrap.wrap(told.scenario, WIDTH)]
    lines = [_harmless(each) for each in [*text, f"Seen with {contestant.versions}."]]
    return [f'"""{lines[0]}', *lines[1:], '"""']


def _harmless(text: str) -> str:
    """Return text that may stand in a docstring."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    return shown.replace("\\", "/").replace('"""', "'''")


def _imports(found: Excerpt, calls: list[str], literals: Literals) -> list[str]:
    needed = {"import sys", "import uuid", *literals.imports}
    needed |= {"import time"} if found.pauses_ns else set()
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


def _decision(op: Op, finding: Finding, say: Wording, *, quietly: bool) -> list[str]:
    line, because, timed = call(op, say), finding.because, _timed(op, finding)
    told = f"sys.exit({f'reproduced: {because}'!r})"
    if _hangs(op, finding):
        say.literals.imports.add("import signal")
        return [
            f"signal.signal(signal.SIGALRM, lambda *_: {told})",
            "signal.alarm(2)  # whoever waits for nothing is done by then",
            "with suppress(Exception):",
            f"    {line}",
            f"print('not reproduced: {op.call} came to an end')",
        ]
    if op.outcome == "ok":
        taken = [f"seen = {line}"]
    else:
        error = ["except Exception as error:", "    seen = type(error).__name__"]
        taken = ["try:", f"    {line}", "    seen = 'no error'", *error]
    seen, after = condition(op, because, say.literals), ""
    if timed:
        say.literals.imports.add("import time")
        taken = ["began = time.monotonic()", *taken, "took = time.monotonic() - began"]
        seen, after = f"{seen} and took {timed}", ", 'after', took, 's'"
    return [
        *taken,
        f"if {seen}{' and not complaints' if quietly else ''}:",
        f"    {told}",
        f"print('not reproduced: {op.call} gave', repr(seen){after})",
    ]


def _hangs(op: Op, finding: Finding) -> bool:
    """Whether a wait had no time at all, and came to an end only since somebody stored what nobody stores here."""
    return (
        op.layer == "result"
        and is_wait(op)
        and op.outcome == "ok"
        and finding.margin_ns == op.returned_ns - op.called_ns
    )


def _timed(op: Op, finding: Finding) -> str:
    """Return how long a wait takes where that is what is wrong with it: halfway from what it may to what it did."""
    if op.layer == "task" or not is_wait(op) or finding.margin_ns is None:
        return ""
    took_ns, half_ns = op.returned_ns - op.called_ns, finding.margin_ns // 2
    early = op.error == "TimeoutError" and took_ns < op.input["timeout_ns"]
    return f"< {(took_ns + half_ns) / 1e9:.2f}" if early else f"> {(took_ns - half_ns) / 1e9:.2f}"
