"""Processes of their own for scripts that need several: each begins anew, records, and hands over what it recorded."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

import msgspec

from crisper.clauses import Layer
from crisper.history import Observation, Op
from crisper.player import nursery
from crisper.player.address import Address
from crisper.scenario import Profile
from crisper.secrecy import Secrets


if TYPE_CHECKING:
    from crisper.player.stage import Stage


class Away(msgspec.Struct, frozen=True, kw_only=True):
    """What a process needs to play at somebody else's stage."""

    option: str
    address: Address
    namespace: str
    layer: Layer
    seed: int
    ops: int
    profile: Profile
    replies: str | None


class Recorded(msgspec.Struct, frozen=True):
    """What a process hands over."""

    ops: list[Op]
    observations: list[Observation]


Taken = tuple[list[Op], list[Observation]]

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Recorded).decode


def played(
    stage: Stage, scripts: tuple[Callable[[Stage], None], ...], *, within_s: float, environment: dict[str, str]
) -> Iterator[Taken]:
    """Play every script in its own process, all at once; yield what each recorded until `within_s` was over."""
    pairs = []
    for number, script in enumerate(scripts, 1):
        ours, theirs = multiprocessing.Pipe()
        with theirs:
            part = pickle.dumps((stage.apart(number), script, environment, number))
            born = nursery.here().fork(
                "crisper.player.processes:come", sys.path, part, files=(0, 1, 2), descriptors=(theirs.fileno(),)
            )
        pairs.append((born, ours))
    until = time.monotonic() + within_s
    for born, ours in pairs:
        yield taken(ours, until)
        born.kill()
        born.wait()
        born.close()


def forked(stage: Stage, count: int, script: Callable[[Stage, int], None], *, within_s: float) -> None:
    """Fork this very process, with all that its clients hold, and play a script in each child at once."""
    pairs = []
    for number in range(1, count + 1):
        ours, theirs = multiprocessing.Pipe()
        before = len(stage.recorder.ops())
        pid = os.fork()
        if pid == 0:
            try:
                script(stage, number)
            finally:
                _hand_over(theirs, stage, before)
                os._exit(0)
        theirs.close()
        pairs.append((pid, ours))
    until = time.monotonic() + within_s
    for pid, ours in pairs:
        ops, observations = taken(ours, until)
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        stage.recorder.adopt(ops)
        stage.observations += observations


def taken(ours: Connection, until: float) -> Taken:
    """Return what a process hands over until then; where it does not, that it was lost."""
    try:
        if ours.poll(max(0.0, until - time.monotonic())):
            recorded = _decode(ours.recv_bytes())
            return recorded.ops, recorded.observations
        why = "hung"
    except (EOFError, OSError):
        why = "died"
    return [], [Observation(kind="lost", at_ns=time.monotonic_ns(), data={"why": why})]


def come(descriptor: int, path: list[str], part: bytes) -> None:
    """Play a script in this process, found as whoever sent it finds it."""
    sys.path[:] = path
    play(Connection(descriptor), *pickle.loads(part))  # noqa: S301 - from whoever ordered this process


def play(
    theirs: Connection, away: Away, script: Callable[[Stage], None], environment: dict[str, str], number: int
) -> None:
    """Play a script at somebody else's stage, in this process, hand over what was recorded, and end."""
    from crisper import registry
    from crisper.celery.recorder import attempt
    from crisper.player.contact import Contact
    from crisper.player.stage import Stage

    os.environ.update(environment)
    backend = registry.backend(away.option)
    contact = Contact(
        address=away.address,
        option=away.option,
        namespace=away.namespace,
        backend=backend,
        secrets=Secrets(away.address.url, away.address.broker),
        profile=away.profile,
    )
    stage = Stage(contact, layer=away.layer, seed=away.seed, ops=away.ops, name=f"process-{number}")
    stage.replies.to = away.replies
    _, error = attempt(lambda: script(stage))
    if error is not None:
        stage.observe("lost", why=f"{type(error).__name__}: {error}")
    _hand_over(theirs, stage, 0)
    os._exit(0)


def _hand_over(theirs: Connection, stage: Stage, before: int) -> None:
    theirs.send_bytes(_encode(stage.recorded(before)))
    theirs.close()
