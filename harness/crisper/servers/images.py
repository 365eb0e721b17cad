"""Where a server's image comes from: named, official, or made here."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from docker.errors import APIError, ImageNotFound

from crisper.backends import Engine
from crisper.errors import ServerError
from crisper.servers import leases, recipes
from crisper.servers.pulling import SILENCE_S, Pull


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image that is here. `digest` is the registry's where it came from one, else the local image's id."""

    reference: str
    digest: str


def variable(engine: Engine) -> str:
    """Return the environment variable that names another image for this engine."""
    return f"CRISPER_IMAGE_{engine.name.upper().replace('-', '_')}"


class Images:
    """Finds, pulls or makes images, several at a time; `named` maps an engine's name to the image that was asked for.

    `say` hears one line when something takes long. It may be called from any thread.
    """

    def __init__(self, client: Any, *, named: Mapping[str, str] | None = None, say: Callable[[str], None]) -> None:
        self._client = client
        self._named = dict(named or {})
        self._say = say
        self._endings: set[Callable[[], None]] = set()

    def image(self, engine: Engine) -> Image:
        """Return the engine's image: named by option or environment; else the official one; else made from packages.

        Raises ServerError, naming the image and what to change, where none can be had.
        """
        if reference := self._named.get(engine.name):
            return self._asked_for(engine, reference, f"--image {engine.name}=…")
        if reference := os.environ.get(variable(engine)):
            return self._asked_for(engine, reference, variable(engine))
        made = recipes.tag(engine)
        try:
            # With something to fall back to, a silent registry is not worth a minute of every run.
            silence_s = SILENCE_S / 4 if self._present(made) else SILENCE_S
            return self._present(engine.image) or self._pulled(engine, engine.image, silence_s)
        except ServerError as refusal:
            return self._present(made) or self._made(engine, refusal)

    def abandon(self) -> None:
        """End what is under way; whoever waits for it gets a ServerError."""
        for end in list(self._endings):
            end()

    def _asked_for(self, engine: Engine, reference: str, origin: str) -> Image:
        try:
            return self._present(reference) or self._pulled(engine, reference, SILENCE_S)
        except ServerError as refusal:
            message = f"the image {reference}, named for {engine.name} by {origin}, cannot be had: {refusal.message}"
            raise ServerError(message, hint=f"change or drop {origin}") from refusal

    def _present(self, reference: str) -> Image | None:
        try:
            found = self._client.images.get(reference)
        except ImageNotFound:
            return None
        except APIError as error:  # a name that is none
            raise ServerError(str(error.explanation)) from error
        pulled = found.attrs.get("RepoDigests") or [found.id]
        return Image(reference=reference, digest=pulled[0].rpartition("@")[2])

    def _pulled(self, engine: Engine, reference: str, silence_s: float) -> Image:
        pull = Pull(self._client, reference)
        with self._ended_by(pull.abandon):
            pull.wait(lambda line: self._say(f"{engine.name}: {line}"), silence_s=silence_s)
        image = self._present(reference)
        assert image is not None
        return image

    def _made(self, engine: Engine, refusal: ServerError) -> Image:
        reference = recipes.tag(engine)
        try:
            with self._alone(reference):
                if image := self._present(reference):
                    return image
                self._say(
                    f"{engine.name}: no image can be pulled; making one from Debian's packages (about 30 s, once) …"
                )
                recipes.make(self._client, engine, running=self._process)
        except ServerError as error:
            message = f"{engine.image} cannot be pulled: {refusal.message}; and {error.message}"
            raise ServerError(message, hint=f"{error.hint}; or name an image by {variable(engine)}") from error
        image = self._present(reference)
        assert image is not None
        return image

    @contextmanager
    def _alone(self, reference: str) -> Iterator[None]:
        """Wait until nobody else, thread or process, makes this image."""
        path = leases.home() / f"{reference.replace('/', '_').replace(':', '_')}.lock"
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _ended_by(self, end: Callable[[], None]) -> Iterator[None]:
        self._endings.add(end)
        try:
            yield
        finally:
            self._endings.discard(end)

    @contextmanager
    def _process(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        with self._ended_by(process.terminate):
            yield
