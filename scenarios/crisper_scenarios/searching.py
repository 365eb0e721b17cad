"""Sequences of calls that nobody has written down: one client makes them, and the shortest wrong one is kept."""

from __future__ import annotations

from collections.abc import Sequence

from crisper.celery.client import Client
from crisper.checks.sequences import each_answer_follows
from crisper.player.searching import Step, search
from crisper.player.stage import Stage
from crisper.scenario import scenario
from crisper_scenarios.clauses.values import A20


#: The simplest first: to these a wrong sequence is brought down.
CALLS = ("set", "get", "delete", "mget")
STATES = ("STARTED", "fetch", "SUCCESS", "forget", "FAILURE", "RETRY")
READS = ("get", "mget", "fetch")


@scenario({A20: each_answer_follows}, layers=("kv",), ops=2100, seconds=60)
def sequences_of_calls(stage: Stage) -> None:
    """Try a hundred sequences of set, get, delete and mget on two keys, for 1.5 s, or 25 in 6 s.

    A wrong one is shortened, for 5 s. Each ends by reading what it changed.
    """
    client = stage.client()

    def play(sequence: Sequence[Step]) -> None:
        keys = stage.keys(2)
        for number, (call, place) in enumerate(sequence):
            _call(client, call, keys[place:] + keys[:place], number)
        for place in _changed(sequence):
            client.get(keys[place])

    search(stage, [(call, place) for place in (0, 1) for call in CALLS], play, each_answer_follows)


def _call(client: Client, call: str, keys: list[str], number: int) -> None:
    match call:
        case "set":
            client.set(keys[0], f"value {number}".encode())
        case "get":
            client.get(keys[0])
        case "delete":
            client.delete(keys[0])
        case "mget":
            client.mget(keys)


@scenario({A20: each_answer_follows}, layers=("result",), ops=2100, seconds=60)
def sequences_of_states(stage: Stage) -> None:
    """Try a hundred sequences of states, reads and forgetting of two tasks, for 1.5 s, or 25 in 6 s.

    A wrong one is shortened, for 5 s. Each ends by reading what it changed.
    """
    client = stage.reader()

    def play(sequence: Sequence[Step]) -> None:
        tasks = stage.keys(2)
        for number, (call, place) in enumerate(sequence):
            _change(client, call, tasks[place], number)
        for place in _changed(sequence):
            client.fetch(tasks[place])

    search(stage, [(call, place) for place in (0, 1) for call in STATES], play, each_answer_follows)


def _change(client: Client, call: str, task: str, number: int) -> None:
    match call:
        case "fetch":
            client.fetch(task)
        case "forget":
            client.forget(task)
        case "FAILURE" | "RETRY":
            client.store(task, ValueError(f"value {number}"), call)
        case _:
            client.store(task, f"value {number}", call)


def _changed(sequence: Sequence[Step]) -> list[int]:
    return sorted({place for call, place in sequence if call not in READS})
