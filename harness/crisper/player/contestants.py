"""What a Backend becomes once it stands on a Server in a Run."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import get_args

import msgspec

from crisper import deviations
from crisper.backends import Backend, Shape
from crisper.clauses import Layer
from crisper.history import History
from crisper.judging import lacks_layer
from crisper.player.address import Address
from crisper.player.channel import Enter, Entered
from crisper.player.plan import Plan
from crisper.runs import ContestantInfo, ServerInfo
from crisper.scenario import Scenario, Workload
from crisper.secrecy import redacted
from crisper.servers.server import Server
from crisper.verdicts import Finding


def address(backend: Backend, server: Server | None, folder: Path) -> Address:
    """Return where the contestant is reached: on its server, or in a folder of its own."""
    if backend.yours:
        return Address(url=backend.url)
    if server is None:
        own = folder / backend.name
        own.mkdir(parents=True, exist_ok=True)
        return Address(url=backend.url.format(folder=own), folder=str(own))
    at = {"host": server.host, "port": server.port}
    return Address(url=backend.url.format(**at), broker=backend.broker.format(**at) if backend.broker else None)


def breakable(backend: Backend, server: Server, back_in_ns: int) -> Address:
    """Return where the contestant is reached on a server that it may harm, which is likely to be back in that time."""
    where = address(backend, server, Path())
    container = server.container.get_wrapped_container().id
    return msgspec.structs.replace(
        where,
        container=container,
        host=server.host,
        port=server.port,
        back_in_ns=back_in_ns,
        cluster=server.profile if server.profile in get_args(Shape) else None,
    )


def unbreakable(backend: Backend, scenario: Scenario | Workload, *, destructive: bool) -> Finding | None:
    """Return what is found of a promise about broken servers where there is none that may be broken like that."""
    if backend.yours and not destructive:
        because = "no fault is played on a server of yours (--allow-destructive lifts that)"
    elif backend.yours:
        because = "no fault can be played: a server given by URL has no container to pause, kill or restart"
    elif backend.engine is None:
        because = "no server of its own"
    elif isinstance(scenario, Scenario) and scenario.cluster not in {None, *backend.engine.clusters}:
        because = f"its server stands alone: nobody has said how one that is {scenario.cluster} starts"
    else:
        return None
    return Finding(word="inapplicable", because=because)


def troubled(outcome: History | str) -> bool:
    """Whether something happened in a playing that a server could be the reason of."""
    return isinstance(outcome, str) or outcome.broken is not None or any(op.outcome != "ok" for op in outcome.ops)


def enter(plan: Plan, name: str, where: Address, run: str, *, niceness: int) -> Enter:
    """Return the first word to one of the contestant's processes; its namespace is nobody else's."""
    return Enter(
        option=plan.options[name],
        address=where,
        namespace=f"crisper-{run}-{name}",
        seed=plan.seed,
        niceness=niceness,
        profile=plan.profile,
    )


def info(backend: Backend, entered: Entered, where: Address, server: Server | None) -> ContestantInfo:
    """Return what the Run keeps of a contestant that takes part."""
    if server is not None:
        about: ServerInfo | None = server.info()
    else:
        about = ServerInfo(engine="yours", version="", profile="yours") if backend.yours else None
    found = _info(backend, celery=entered.celery, client=entered.client, url=redacted(where.url), server=about)
    known = deviations.known(backend.deviations, backend.name) if backend.deviations else []
    return msgspec.structs.replace(found, deviations=known, broker=redacted(where.broker) if where.broker else None)


def absent(backend: Backend, why: str) -> ContestantInfo:
    """Return what the Run keeps of a contestant that never took part."""
    celery = importlib.metadata.version("celery")
    found = _info(backend, celery=celery, client="", url=redacted(backend.url), server=None)
    return msgspec.structs.replace(found, failure=why)


def _info(backend: Backend, *, celery: str, client: str, url: str, server: ServerInfo | None) -> ContestantInfo:
    layers: list[Layer] = [layer for layer in get_args(Layer) if not lacks_layer(layer, backend.claims)]
    return ContestantInfo(
        name=backend.name,
        url=url,
        layers=layers,
        claims=sorted(backend.claims),
        facts={
            "shortest_expiry_ns": backend.facts.shortest_expiry_ns,
            "largest_value_bytes": backend.facts.largest_value_bytes,
            "default_port": backend.engine.port if backend.engine else None,
        },
        deviations=[],
        celery=celery,
        client=client,
        server=server,
    )
