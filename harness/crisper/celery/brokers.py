"""Where tasks travel: a message broker, or files in a folder where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any


FILES = "filesystem://"
_TRANSPORT = "crisper.celery.files:Transport"

#: Files are looked for this often; kombu's own second would be all that a task costs.
_POLL_S = 0.02


def settings(broker: str | None) -> dict[str, Any]:
    """Return Celery's settings for a broker; `filesystem://FOLDER` is a folder, which is made.

    None is for applications that send no tasks.
    """
    if broker is None or not broker.startswith(FILES):
        return {"broker_url": broker or "memory://"}
    folders = {name: Path(broker.removeprefix(FILES)) / name for name in ("messages", "control", "processed")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    options = {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "control_folder": str(folders["control"]),
        # Else every message passes through the system's own folder for temporary files.
        "processed_folder": str(folders["processed"]),
        "store_processed": True,
        "polling_interval": _POLL_S,
    }
    return {"broker_url": FILES, "broker_transport": _TRANSPORT, "broker_transport_options": options}


def for_queue(broker: str, queue: str) -> str:
    """Return the broker as one queue uses it: files have a folder for each, since its readers are not alone else."""
    return f"{broker}/{queue}" if broker.startswith(FILES) else broker
