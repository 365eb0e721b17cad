"""One started engine: what it is, where it answers, how it goes away."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from crisper.backends import Engine, Shape
from crisper.errors import ServerError
from crisper.runs import ServerInfo
from crisper.servers import sweeping


if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

    from crisper.servers.images import Image


Profile = Literal["volatile", "durable"] | Shape

_POLL_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Server:
    """A started engine that answers on 127.0.0.1 and `port`, which stays its own until `stop`.

    Of a cluster it is the node that clients talk to; `others` are the other nodes, in the same `network`.
    """

    engine: Engine
    host: str
    port: int
    version: str
    image: Image
    profile: Profile
    proxied: bool
    started_in_ns: int
    container: DockerContainer
    volume: str | None = None
    others: tuple[DockerContainer, ...] = ()
    network: str | None = None

    def info(self) -> ServerInfo:
        """Return what a Run remembers of this server."""
        return ServerInfo(
            engine=self.engine.name,
            version=self.version,
            image=self.image.reference,
            digest=self.image.digest,
            profile=self.profile,
            proxied=self.proxied,
            started_in_ns=self.started_in_ns,
        )

    def expect_answer(self, within_s: float = 3.0) -> None:
        """Raise ServerError where the server, once ready, does not answer any more."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                self.engine.version(self.host, self.port)
            except (OSError, ValueError) as error:
                if time.monotonic() > deadline:
                    message = f"{self.engine.name} was ready, but does not answer any more: {error}"
                    raise ServerError(message) from error
                time.sleep(_POLL_S)
            else:
                return

    def logs(self, *, lines: int | Literal["all"] = "all") -> str:
        """Return what the server has written to its standard output and error."""
        return logs(self.container, lines)

    def stop(self) -> None:
        """Kill the server and remove all that it kept; nothing happens where it is gone already."""
        discard(self.container, *self.others, volume=self.volume, network=self.network)


def logs(container: DockerContainer, lines: int | Literal["all"]) -> str:
    """Return the last lines that a container has written."""
    text: bytes = container.get_wrapped_container().logs(tail=lines)
    return text.decode(errors="replace")


def discard(*nodes: DockerContainer, volume: str | None = None, network: str | None = None) -> None:
    """Remove containers, as far as they were created, with their volumes, then their network; let go of their clients.

    There is one container at least.
    """
    for node in nodes:
        if (inner := node._container) is not None:  # noqa: SLF001 (its own accessor raises where there is none)
            sweeping.remove(inner)
    client: Any = nodes[0].get_docker_client().client
    for found in client.volumes.list(filters={"name": volume}) if volume else ():
        found.remove(force=True)
    for found in client.networks.list(names=[network]) if network else ():
        found.remove()
    for node in nodes:
        node.get_docker_client().client.close()
