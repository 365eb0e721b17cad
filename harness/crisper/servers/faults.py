"""Breaks a disposable server on purpose, mends it again, and notes how long it took to recover."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, Self

from crisper.errors import ServerError


#: How exactly a recovery is measured: to a twentieth of what it takes, and no finer than this.
_FINEST_S, _GRAIN = 0.02, 1 / 20
_TRIES = 5


class ImpossibleError(Exception):
    """A fault that cannot be played on this server, or on this machine; it says why."""


class Note(Protocol):
    """What hears of each fault when it is over: its name, and CLOCK_MONOTONIC in nanoseconds."""

    def __call__(self, *, what: str, began_ns: int, ended_ns: int, recovered_ns: int) -> None:
        """Note a fault that lasted from `began_ns` to `ended_ns`; the server answered again at `recovered_ns`."""


@dataclass(frozen=True, kw_only=True)
class Membership:
    """What a node of a cluster knows of the others: the address of who leads, and the command by which to leave."""

    leader: Callable[[], str]
    leave: tuple[str, ...]


#: How long a server may take to end when it is told to.
GRACE_S = 2


class Breakable:
    """A server in a container that may be harmed; or a node of a cluster, with the others.

    Every fault ends with its block, whatever is raised within, and the block ends when the server answers again.
    `version` asks the server and raises OSError or ValueError until it answers. Raises ServerError where it does not
    within `within_s`, and where the container engine refuses, with its own words. `back_in_ns` is how long a restart is
    likely to take.
    """

    def __init__(
        self,
        container: Any,
        *,
        version: Callable[[], object],
        note: Note,
        within_s: float = 60,
        back_in_ns: int = 0,
        membership: Membership | None = None,
    ) -> None:
        self._container = container
        self._version = version
        self._note = note
        self._within_s = within_s
        self._membership = membership
        self.back_in_ns = back_in_ns

    @classmethod
    def of(cls, container: str, **about: Any) -> Self:
        """Return the server in the container of this id."""
        from crisper.servers import containers

        client = containers.connect()
        with _asked("found"):
            found = client.containers.get(container)
        return cls(found, **about)

    def close(self) -> None:
        """Hang up on the container engine."""
        self._container.client.close()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the server's processes within the block: connections stay open, and nobody answers."""
        with _asked("frozen"):
            self._freeze()
        with self._mended("frozen", self._container.unpause):
            yield

    @contextmanager
    def down(self) -> Iterator[None]:
        """Kill the server, and start it again after the block, on the same port."""
        with _asked("killed"):
            self._container.kill()
            self._container.wait(timeout=self._within_s)
        with self._mended("down", self._container.start):
            yield

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Take the server off its network within the block; it runs on meanwhile."""
        with _asked("cut off"):
            network = self._network()
            network.disconnect(self._container)
        with self._mended("cut", lambda: network.connect(self._container)):
            yield

    @contextmanager
    def slowed(self) -> Iterator[None]:
        """Slow down the link to the server within the block; what is noted says how.

        Raises ImpossibleError, with the reason, where that cannot be done.
        """
        from crisper.servers import slowing

        with _asked("slowed"):
            how = slowing.slow(self._container)
        with self._mended(how, lambda: slowing.quicken(self._container)):
            yield

    @contextmanager
    def left(self) -> Iterator[None]:
        """Have the node leave its cluster in order, and end; start it again after the block."""
        assert self._membership is not None
        with _asked("told to leave"):
            self._container.exec_run(list(self._membership.leave))
            self._container.wait(timeout=self._within_s)
        with self._mended("told to leave", self._container.start):
            yield

    @contextmanager
    def leaderless(self) -> Iterator[None]:
        """Kill the node that leads the others, and start it again after the block.

        Raises ServerError where that is the one that clients talk to.
        """
        with _asked("left without its leader"):
            leader = self._leader()
            leader.kill()
            leader.wait(timeout=self._within_s)
        with self._mended("left without its leader", leader.start):
            yield

    def restart(self) -> None:
        """Tell the server to end, kill it if it has not after `GRACE_S`, and start it again on the same port."""
        with self._mended("restarted", lambda: self._container.restart(timeout=GRACE_S)):
            pass

    @contextmanager
    def _mended(self, what: str, mend: Callable[[], object]) -> Iterator[None]:
        began_ns = time.monotonic_ns()
        try:
            yield
        finally:
            ended_ns = time.monotonic_ns()
            with _asked("mended"):
                mend()
            self._await_recovery(what)
            self._note(what=what, began_ns=began_ns, ended_ns=ended_ns, recovered_ns=time.monotonic_ns())

    def _await_recovery(self, what: str) -> None:
        began = time.monotonic()
        while True:
            try:
                self._version()
            except (OSError, ValueError) as error:
                waited_s = time.monotonic() - began
                if waited_s > self._within_s:
                    message = f"a server that was {what} did not answer again within {self._within_s:g} s: {error}"
                    raise ServerError(message) from error
                time.sleep(max(_FINEST_S, waited_s * _GRAIN))
            else:
                return

    def _freeze(self) -> None:
        from docker.errors import APIError

        for tries_left in reversed(range(_TRIES)):
            try:
                self._container.pause()
            except APIError as error:
                # On a busy machine runc may give up, thaws what it began to freeze, and leaves trying again to its
                # caller: https://github.com/opencontainers/runc/pull/4388
                if not tries_left or "unable to freeze" not in str(error):
                    raise
            else:
                return

    def _leader(self) -> Any:
        assert self._membership is not None
        address = self._membership.leader()
        for node in self._network().containers:
            node.reload()
            (at,) = node.attrs["NetworkSettings"]["Networks"].values()
            if at["IPAddress"] == address and node.id != self._container.id:
                return node
        message = f"no other node than the one that clients talk to leads: {address} does"
        raise ServerError(message)

    def _network(self) -> Any:
        self._container.reload()
        (network,) = self._container.attrs["NetworkSettings"]["Networks"].values()
        return self._container.client.networks.get(network["NetworkID"])


@contextmanager
def _asked(what: str) -> Iterator[None]:
    """Raise ServerError for what the container engine refuses."""
    import requests
    from docker.errors import DockerException

    try:
        yield
    except (DockerException, requests.RequestException) as error:
        reason = getattr(error, "explanation", None) or error
        message = f"a server could not be {what}, the container engine says: {reason}"
        raise ServerError(message) from error
