"""An engine is started in a container, on a port of its own, and waited for."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from itertools import islice
from typing import Any, Protocol

from docker.errors import APIError
from docker.types import Ulimit
from testcontainers.core.container import DockerContainer

from crisper.backends import Engine
from crisper.errors import ServerError
from crisper.servers import containers, ports, sweeping
from crisper.servers.images import Image
from crisper.servers.leases import Lease
from crisper.servers.server import Profile, Server, discard, logs


#: The usual thousand makes some servers drop messages (FACTS: emfile); some machines refuse more than this many.
OPEN_FILES = 20_000
#: The pauses between two questions whether a server is ready: each a quarter longer than the one before.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 0.4
_PORTS_TRIED = 5
_TAKEN = ("port is already allocated", "address already in use", "ports are not available")


class Cancel(Protocol):
    """What `threading.Event` is to a start: a way to learn that nobody wants the server any more."""

    def is_set(self) -> bool:
        """Return whether to give up."""


def start(engine: Engine, image: Image, *, profile: Profile, lease: Lease, cancel: Cancel) -> Server:
    """Start an engine in a container and return it when it is ready.

    Raises ServerError, with the last lines of its log, where it ends or is not ready in time, and what docker-py
    raises where the container engine refuses. Nothing is left then.
    """
    began = time.monotonic_ns()
    volume = f"crisper-{engine.name}-{uuid.uuid4().hex[:12]}" if profile == "durable" else None
    command = engine.durable if profile == "durable" else engine.volatile
    container = contained(engine, image, command, lease=lease)
    try:
        if volume:
            _with_volume(container, engine, volume, lease)
        port = started(container, engine)
        version = ready(container, engine, port, cancel)
        proxied = containers.proxied(container.get_docker_client().client, port)
    except BaseException:
        discard(container, volume=volume)
        raise
    return Server(
        engine=engine,
        host="127.0.0.1",
        port=port,
        version=version,
        image=image,
        profile=profile,
        proxied=proxied,
        started_in_ns=time.monotonic_ns() - began,
        container=container,
        volume=volume,
    )


def contained(
    engine: Engine, image: Image, command: Sequence[str], *, lease: Lease, network: str = "bridge"
) -> DockerContainer:
    """Return a container, yet to be created, for an engine; it is the lease's."""
    container = DockerContainer(image.reference, env=dict(engine.environment)).with_command(list(command))
    containers.shelter(container.get_docker_client().client)
    return container.with_name(f"crisper-{engine.name}-{uuid.uuid4().hex[:12]}").with_kwargs(
        labels=sweeping.labels(lease),
        mem_limit=engine.memory,
        ulimits=[Ulimit(name="nofile", soft=OPEN_FILES, hard=OPEN_FILES)],
        # Said outright, or testcontainers and docker-py take networks and proxies from our own surroundings.
        network=network,
        use_config_proxy=False,
    )


def _with_volume(container: DockerContainer, engine: Engine, volume: str, lease: Lease) -> None:
    client: Any = container.get_docker_client().client
    client.volumes.create(volume, labels=sweeping.labels(lease))
    container.with_volume_mapping(volume, engine.data, "rw")


def started(container: DockerContainer, engine: Engine) -> int:
    """Create and start a container, and return the port of 127.0.0.1 that is its own.

    Raises ServerError where none stays free, and what docker-py raises where the container engine refuses.
    """
    for port in islice(ports.free(), _PORTS_TRIED):
        container.ports[str(engine.port)] = ("127.0.0.1", port)  # type: ignore[assignment] # docker-py takes it
        try:
            container.start()
        except APIError as error:
            if not any(words in str(error) for words in _TAKEN):
                raise
            sweeping.remove(container.get_wrapped_container())
        else:
            return port
    message = f"no port of 127.0.0.1 stayed free for {engine.name}: {_PORTS_TRIED} were taken in a row"
    raise ServerError(message)


def ready(container: DockerContainer, engine: Engine, port: int, cancel: Cancel | None = None) -> str:
    """Return the server's version as soon as it tells it.

    Raises ServerError, with the last lines of its log, where it ends, takes too long, or is not wanted any more.
    """
    deadline = time.monotonic() + engine.ready_within_s
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            return engine.version("127.0.0.1", port)
        except (OSError, ValueError) as error:
            reason = f"{type(error).__name__}: {error}"
        if cancel and cancel.is_set():
            message = f"{engine.name} is not wanted any more"
            raise ServerError(message)
        container.reload()
        ended = container.status in {"exited", "dead"}
        if ended or time.monotonic() > deadline:
            what = "ended" if ended else f"was not ready within {engine.ready_within_s} s"
            message = f"{engine.name} {what}: {reason}; its log ends: {_tail(container)}"
            raise ServerError(message)
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.25, _LONGEST_PAUSE_S)


def _tail(container: DockerContainer) -> str:
    return " | ".join(logs(container, 5).split("\n")).strip(" |")
