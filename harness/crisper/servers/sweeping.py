"""What no living run holds is removed."""

from __future__ import annotations

import socket
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crisper.servers import leases, strays


LEASE = "crisper.lease"
HOST = "crisper.host"


def labels(lease: leases.Lease) -> dict[str, str]:
    """Return the labels by which a container, volume or network is known to belong to a lease of this host."""
    return {LEASE: str(lease.path), HOST: socket.gethostname()}


def sweep(client: Any | None) -> list[str]:
    """Remove every process, container, volume and network of this host whose lease has ended; return their names.

    A living run's are never touched, nor are another user's: whose lease cannot be read is alive. Without a client of
    the container engine its things stay.
    """
    owned: dict[Path, list[Any]] = defaultdict(list)
    for path in leases.home().glob("*.lease"):
        owned[path] = []
    for stray in strays.marked():
        owned[stray.lease].append(stray)
    for thing in _labelled(client) if client is not None else ():
        owned[Path(_labels(thing)[LEASE])].append(thing)
    removed: list[str] = []
    for path, things in owned.items():
        with leases.ended(path) as ended:
            if ended:
                removed += [thing.name for thing in things if _removed(thing)]
    return removed


def remove(container: Any) -> bool:
    """Kill a container and remove it with its anonymous volumes; return whether it was there."""
    from docker.errors import APIError, NotFound

    try:
        container.remove(force=True, v=True)
    except NotFound:
        return False
    except APIError as error:
        # Another run's sweep is at it: https://github.com/moby/moby/blob/master/daemon/delete.go
        if "already in progress" not in str(error):
            raise
        return False
    return True


def _labelled(client: Any) -> Iterator[Any]:
    """Yield what is labelled with a lease of this host, containers first, since they hold the rest."""
    wanted = {"label": [LEASE, f"{HOST}={socket.gethostname()}"]}
    yield from client.containers.list(all=True, filters=wanted, ignore_removed=True)
    yield from client.volumes.list(filters=wanted)
    yield from client.networks.list(filters=wanted)


def _labels(thing: Any) -> dict[str, str]:
    found: dict[str, str] = (thing.attrs.get("Config") or thing.attrs).get("Labels") or {}
    return found


def _removed(thing: Any) -> bool:
    from docker.errors import APIError

    if hasattr(thing, "kill"):
        return remove(thing)
    try:
        thing.remove()
    except APIError:  # gone already, or still in use: then the next sweep has it
        return False
    return True
