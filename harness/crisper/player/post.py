"""Where workers get their tasks from: one broker for all of a Run, or files where none can be had."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from pathlib import Path

from crisper import registry
from crisper.celery.brokers import FILES
from crisper.errors import HarnessError
from crisper.player.progress import Progress
from crisper.servers.parallel import Servers
from crisper.servers.server import Server


class PostOffice:
    """Finds a broker when it is first asked for, and keeps to it."""

    def __init__(self, servers: Servers, folder: Path, progress: Progress) -> None:
        self._servers = servers
        self._folder = folder
        self._progress = progress
        self._url: str | None = None
        self.server: Server | None = None
        self._lock = threading.Lock()

    def url(self) -> str:
        """Return the `broker_url` of the declared broker once it is up, or a folder's; never fails."""
        with self._lock:
            self._url = self._url or self._started() or f"{FILES}{self._folder / 'tasks'}"
            return self._url

    def _started(self) -> str | None:
        try:
            broker = registry.broker()
            if broker is None:
                return None
            self.server = server = self._servers.future(broker.engine).result()
        except CancelledError:
            return None
        except HarnessError as error:
            self._progress.say(f"tasks travel through files, since no broker can be had: {error}")
            return None
        self._progress.up(server)
        return broker.url.format(host=server.host, port=server.port)
