"""Clients that meet within a script: round after round of their calls, until all is as it was when they were seen."""

from __future__ import annotations

from itertools import combinations, groupby

from crisper.checks.answers import READS
from crisper.history import Op
from crisper.reproduction.calls import Wording, call
from crisper.reproduction.comparing import condition
from crisper.reproduction.excerpt import Excerpt
from crisper.reproduction.racing import ROUNDS, key


#: Every call is noted: when it began, what came of it, and when it ended. Threads take turns so often that they meet
#: within what is one step for Python.
NOTED = """\
sys.setswitchinterval(1e-5)
began, seen, ended = {}, {}, {}

def note(number, call):
    began[number] = time.monotonic_ns()
    try:
        seen[number] = call()
    except Exception as error:
        seen[number] = type(error).__name__
    ended[number] = time.monotonic_ns()

def at_once(*clients):
    start = threading.Barrier(len(clients))
    with ThreadPoolExecutor(len(clients)) as threads:
        for calls in random.sample(clients, len(clients)):
            threads.submit(lambda calls=calls: (start.wait(), [note(*each) for each in calls.items()]))

""".splitlines()


def rounds(found: Excerpt, say: Wording, because: str) -> list[str]:
    """Return the lines that let clients meet until the failure is seen; each round has a key of its own.

    It is the same failure where every read is answered as it was, and no two calls changed places.
    """
    say.literals.imports |= {
        "import random",
        "import threading",
        "import time",
        "from concurrent.futures import ThreadPoolExecutor",
        "from contextlib import suppress",
    }
    numbers = {op.seq: number for number, op in enumerate((op for part in found.met for op in part), 1)}
    calls = [line for part in found.met for line in _part(part, numbers, say)]
    same = [f"        {each}," for each in _conditions(found, numbers, say, because)]
    return [
        *NOTED,
        f"for number in range({ROUNDS}):",
        f"    {say.key(found.decisive)} = {key(found.decisive)}",
        *(f"    {line}" for line in calls),
        "    with suppress(TypeError):  # what raised has no answer",
        "        if all([",
        *(f"    {line}" for line in same),
        "        ]):",
        f"            sys.exit({f'reproduced: {because}'!r})",
        f"print('not reproduced: in {ROUNDS} rounds all went well')",
    ]


def _part(part: list[Op], numbers: dict[int, int], say: Wording) -> list[str]:
    """Return the lines for calls that overlap, or for one that does not."""
    if len(part) == 1:
        return [f"note({numbers[part[0].seq]}, lambda: {call(part[0], say)})"]
    clients = groupby(sorted(part, key=lambda op: (op.client, op.seq)), key=lambda op: op.client)
    told = [", ".join(f"{numbers[op.seq]}: lambda: {call(op, say)}" for op in ops) for _, ops in clients]
    return ["at_once(", *(f"    {{{each}}}," for each in told), ")"]


def _conditions(found: Excerpt, numbers: dict[int, int], say: Wording, because: str) -> list[str]:
    last = found.decisive
    telling = [last] if last.outcome != "ok" else [op for op in found.ops if op.call in READS]
    answers = [condition(op, because, say.literals, seen=f"seen[{numbers[op.seq]}]") for op in telling]
    if last.outcome != "ok":
        return answers
    pairs = [pair for part in found.met for pair in combinations(part, 2)]
    return answers + [
        f"ended[{numbers[one.seq]}] < began[{numbers[other.seq]}]"
        for one, other in pairs
        if one.client != other.client and one.returned_ns < other.called_ns
    ]
