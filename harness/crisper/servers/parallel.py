"""Many servers, each started beside the others; neither they nor what goes with them is left behind."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from crisper.backends import Engine
from crisper.errors import ServerError
from crisper.servers import leases, strays, sweeping
from crisper.servers.leases import Lease
from crisper.servers.server import Profile, Server


if TYPE_CHECKING:
    from crisper.servers.images import Images


#: More would only wait for each other's disk.
_AT_ONCE = 8


class Servers:
    """The servers of one run; leave the `with` block, or call `close`, and they are gone.

    Each engine is a future, so a slow one delays nobody and a failing one stops no other: its future raises the
    ServerError. That holds for a missing container engine too. `images` maps an engine's name to the image that was
    asked for; `say` hears a line when something takes long, from any thread.
    """

    def __init__(self, *, images: Mapping[str, str] | None = None, say: Callable[[str], None]) -> None:
        self._named = dict(images or {})
        self._say = say
        self._process = os.getpid()
        self._lease = Lease.acquire()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._shared: dict[tuple[str, Profile], Future[Server]] = {}
        self._futures: list[Future[Server]] = []
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="server")
        atexit.register(self.close)

    def __enter__(self) -> Self:
        """Remove what dead runs left behind."""
        self._sweep()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def future(self, engine: Engine, *, profile: Profile = "volatile") -> Future[Server]:
        """Return the run's one server of this engine and profile; it starts when it is first asked for."""
        with self._lock:
            key = engine.name, profile
            if key not in self._shared:
                self._shared[key] = self._submitted(engine, profile)
            return self._shared[key]

    def disposable(self, engine: Engine, *, profile: Profile = "durable") -> Future[Server]:
        """Return a new server, or cluster, that nobody else has: for faults, and for what counts server-wide things."""
        with self._lock:
            return self._submitted(engine, profile)

    def stop(self, server: Server) -> Future[None]:
        """Remove a disposable server in the background; what cannot be removed now is at the end of the run."""
        try:
            return self._threads.submit(self._stopped, server)
        except RuntimeError:  # the end of the run is now
            closed: Future[None] = Future()
            closed.set_result(None)
            return closed

    def close(self) -> None:
        """Give up what is starting and remove what was started, in parallel; once is enough, more often is harmless.

        A signal handler may raise through it: what was not removed then is removed by the next call, or the next run.
        """
        if os.getpid() != self._process:  # a forked child is not the run
            return
        self._closing.set()
        if "_images" in vars(self):
            self._images.abandon()
        self._threads.shutdown(wait=True, cancel_futures=True)
        started = [future.result() for future in self._futures if not future.cancelled() and not future.exception()]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(self._stopped, started))
        self._lease.release()
        self._sweep()
        if "_client" in vars(self):
            self._client.close()
        atexit.unregister(self.close)

    @property
    def folder(self) -> Path:
        """A folder that is removed with the servers, whatever ends the run."""
        return self._lease.folder

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of processes that are ended with the servers, whatever ends the run."""
        return strays.surroundings(self._lease)

    @cached_property
    def _client(self) -> Any:
        from crisper.servers import containers

        client = containers.connect()
        self._sweep_with(client)
        return client

    @cached_property
    def _images(self) -> Images:
        from crisper.servers.images import Images

        return Images(self._client, named=self._named, say=self._say)

    def _submitted(self, engine: Engine, profile: Profile) -> Future[Server]:
        future = self._threads.submit(self._started, engine, profile)
        self._futures.append(future)
        return future

    def _started(self, engine: Engine, profile: Profile) -> Server:
        from crisper.servers import clusters
        from crisper.servers.starting import start

        try:
            image = self._images.image(engine)
            if profile == "relayed" or profile == "replicated":  # noqa: PLR1714 (mypy narrows by nothing else)
                return clusters.start(engine, image, shape=profile, lease=self._lease, cancel=self._closing)
            return start(engine, image, profile=profile, lease=self._lease, cancel=self._closing)
        except _refusals() as error:
            reason = getattr(error, "explanation", None) or error
            message = f"{engine.name} could not be started, the container engine says: {reason}"
            raise ServerError(message) from error

    def _stopped(self, server: Server) -> None:
        with suppress(*_refusals()):  # then the sweep will say
            server.stop()

    def _reached(self) -> Any | None:
        try:
            return self._client
        except ServerError:
            return None

    def _sweep(self) -> None:
        # Who needs no engine asks none, unless an ended run may have left something there.
        if "_client" not in vars(self) and any(map(leases.over, leases.home().glob("*.lease"))) and self._reached():
            return
        self._sweep_with(vars(self).get("_client"))

    def _sweep_with(self, client: Any | None) -> None:
        try:
            sweeping.sweep(client)
        except _refusals() as error:
            self._say(f"what ended runs left behind could not be removed: {error}")


def _refusals() -> tuple[type[Exception], ...]:
    """Return what the container engine's client raises; it takes long to import, and many runs need no engine."""
    import requests
    from docker.errors import DockerException

    return DockerException, requests.RequestException
