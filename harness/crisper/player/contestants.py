"""What a Backend becomes once it stands on a Server in a Run."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import get_args

from crisper import deviations
from crisper.backends import Backend
from crisper.celery.urls import redacted
from crisper.clauses import Layer
from crisper.history import History
from crisper.judging import lacks_layer
from crisper.player.address import Address
from crisper.player.channel import Enter, Entered
from crisper.player.plan import Plan
from crisper.runs import ContestantInfo, ServerInfo
from crisper.servers.server import Server


HistoryOrReason = History | str


def address(backend: Backend, server: Server | None, folder: Path) -> Address:
    """Return where the contestant is reached: on its server, or in a folder of its own."""
    if backend.yours:
        return Address(url=backend.url)
    if server is None:
        own = folder / backend.name
        own.mkdir(exist_ok=True)
        return Address(url=backend.url.format(folder=own))
    at = {"host": server.host, "port": server.port}
    return Address(url=backend.url.format(**at), broker=backend.broker.format(**at) if backend.broker else None)


def enter(plan: Plan, name: str, where: Address, run: str) -> Enter:
    """Return the first word to the contestant's process; its namespace is nobody else's."""
    return Enter(option=plan.options[name], address=where, namespace=f"crisper-{run}-{name}", seed=plan.seed)


def info(backend: Backend, entered: Entered, url: str, server: Server | None) -> ContestantInfo:
    """Return what the Run keeps of a contestant that takes part."""
    if server is not None:
        about: ServerInfo | None = server.info()
    else:
        about = ServerInfo(engine="yours", version="", profile="yours") if backend.yours else None
    return _info(backend, celery=entered.celery, client=entered.client, url=redacted(url), server=about, failure=None)


def absent(backend: Backend, why: str) -> ContestantInfo:
    """Return what the Run keeps of a contestant that never took part."""
    celery = importlib.metadata.version("celery")
    return _info(backend, celery=celery, client="", url=redacted(backend.url), server=None, failure=why)


def _info(
    backend: Backend, *, celery: str, client: str, url: str, server: ServerInfo | None, failure: str | None
) -> ContestantInfo:
    layers: list[Layer] = [layer for layer in get_args(Layer) if not lacks_layer(layer, backend.claims)]
    known = deviations.known(backend.deviations, backend.name) if backend.deviations else []
    return ContestantInfo(
        name=backend.name,
        url=url,
        layers=layers,
        claims=sorted(backend.claims),
        facts={
            "shortest_expiry_ns": backend.facts.shortest_expiry_ns,
            "largest_value_bytes": backend.facts.largest_value_bytes,
        },
        deviations=known,
        celery=celery,
        client=client,
        server=server,
        failure=failure,
    )
