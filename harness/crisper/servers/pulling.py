"""One image is pulled, however slowly, as long as it goes forward."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import requests
from docker.errors import DockerException

from crisper.errors import ServerError


#: How long a registry may keep silent.
SILENCE_S = 60

_Event = dict[str, Any] | Exception | None


class Pull:
    """A pull under way. It runs in a thread of its own since docker-py puts no limit on the wait for an answer."""

    def __init__(self, client: Any, reference: str) -> None:
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._client = client
        self._reference = reference

    def wait(self, say: Callable[[str], None], *, silence_s: float = SILENCE_S) -> None:
        """Return when the image is here.

        Raises ServerError when the registry refuses, says nothing for too long, or the pull was abandoned.
        """
        threading.Thread(target=self._run, name=f"pull {self._reference}", daemon=True).start()
        announced = False
        while True:
            event = self._next(silence_s)
            if event is None:
                return
            if "error" in event:
                raise ServerError(str(event["error"]))
            if event.get("progressDetail") and not announced:
                say(f"pulling {self._reference} …")
                announced = True

    def abandon(self) -> None:
        """Make `wait` end at once."""
        self._events.put(InterruptedError("the pull was abandoned"))

    def _next(self, silence_s: float) -> dict[str, Any] | None:
        try:
            event = self._events.get(timeout=silence_s)
        except queue.Empty:
            message = f"no answer within {silence_s:.0f} s"
            raise ServerError(message) from None
        if isinstance(event, Exception):
            raise ServerError(_words(event)) from event
        return event

    def _run(self) -> None:
        last: _Event = None
        try:
            for event in self._client.api.pull(self._reference, stream=True, decode=True):
                self._events.put(event)
        except (DockerException, requests.RequestException, OSError) as error:
            last = error
        self._events.put(last)


def _words(error: Exception) -> str:
    return str(getattr(error, "explanation", None) or error)
