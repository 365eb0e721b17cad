"""A race within a script: round after round of calls that are made at the same time, until one is lost."""

from __future__ import annotations

from crisper.history import Op
from crisper.reproduction.calls import Wording, call, variable
from crisper.reproduction.comparing import condition
from crisper.reproduction.excerpt import Excerpt


#: The rarest race that was seen to be lost was one of two hundred.
ROUNDS = 2000

#: Whoever comes to the barrier last goes on first, so it is not always the same one. Threads take turns often enough to
#: meet within what is one step for Python.
AT_ONCE = """\
sys.setswitchinterval(1e-5)

def at_once(*calls):
    start = threading.Barrier(len(calls))
    with ThreadPoolExecutor(len(calls)) as threads:
        made = {
            each: threads.submit(lambda each=each: (start.wait(), each())[1])
            for each in random.sample(calls, len(calls))
        }
    return made[calls[-1]].result()

""".splitlines()


def rounds(found: Excerpt, say: Wording, because: str) -> list[str]:
    """Return the lines that race until the failure is seen; each round has a key of its own."""
    say.literals.imports |= {"import random", "import threading", "from concurrent.futures import ThreadPoolExecutor"}
    last = found.decisive
    before = [op for op in found.ops if op.seq not in found.at_once and op != last]
    together = f"at_once({', '.join(f'lambda: {call(op, say)}' for op in found.ops if op.seq in found.at_once)})"
    lines = [call(op, say) for op in before]
    lines += [f"seen = {together}"] if last.seq in found.at_once else [together, f"seen = {call(last, say)}"]
    seen = [f"if {condition(last, because, say.literals)}:", f"    sys.exit({f'reproduced: {because}'!r})"]
    return [
        *AT_ONCE,
        f"for number in range({ROUNDS}):",
        f"    {say.key(last)} = {key(last)}",
        *(f"    {line}" for line in _tried(last, lines, seen, say)),
        f"print('not reproduced: no race of {ROUNDS} was lost')",
    ]


def key(op: Op) -> str:
    """Return the expression that names the key of a call anew in each round."""
    typed = f"{variable(op.client)}.key_t({{}})" if op.layer == "kv" else "{}"
    return typed.format("f'{run}-{number}'")


def _tried(last: Op, lines: list[str], seen: list[str], say: Wording) -> list[str]:
    """Return one round, which may end otherwise than the one that is looked for."""
    if last.outcome == "ok":
        say.literals.imports.add("from contextlib import suppress")
        return ["with suppress(Exception):", *(f"    {line}" for line in [*lines, *seen])]
    caught = ["except Exception as error:", "    seen = type(error).__name__"]
    return ["try:", *(f"    {line}" for line in lines), *caught, *seen]
