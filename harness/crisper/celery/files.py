"""kombu's filesystem transport, with messages that appear whole."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils import json


class Channel(filesystem.Channel):
    """A channel whose readers never find a message that is still being written.

    kombu's own shows the file first: a reader that is quick takes it empty, and a worker dies of that
    (https://github.com/celery/kombu/blob/v5.6.2/kombu/transport/filesystem.py, `_put` and `_get`).
    """

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override] # as the parent has it
        # Readers go by the name: the oldest first, and nothing that does not end like this.
        whole = Path(self.data_folder_out) / f"{time.monotonic_ns():020}_{uuid.uuid4()}.{queue}.msg"
        part = whole.with_name(f"{whole.name}.part")
        part.write_text(json.dumps(payload))  # type: ignore[no-untyped-call]
        part.rename(whole)


class Transport(filesystem.Transport):
    """The transport of such channels."""

    Channel = Channel
