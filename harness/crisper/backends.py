"""How a contestant is declared: what it claims, how its server starts, and what only its vendor's code can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from crisper.clauses import Capability


#: How several nodes stand together: a server, and clients talk to a node that only passes on what they say; or servers
#: that all keep the same, and clients talk to one that does not lead.
Shape = Literal["relayed", "replicated"]


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Several nodes of an engine in a network of their own; clients talk to the last one that does not lead.

    `nodes` are their commands, in which `{first}` is the name of the first node. `leader` asks the node at (host, port)
    for the address, in their network, of the one that leads, and raises OSError or ValueError where none does. `leave`
    is the command, to be run beside a node, by which that leaves the others in order, and ends.
    """

    nodes: tuple[tuple[str, ...], ...]
    leader: Callable[[str, int], str]
    leave: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A kind of server: the image, pinned, or Debian's packages to make one of; the commands; when it is ready.

    `version` asks the running server at (host, port) for its version and raises OSError or ValueError until it is
    ready; it is the wait strategy as well. `left_out` are options by which dpkg leaves out files of the packages
    (`path-exclude=`: https://manpages.debian.org/dpkg.1). `durable` is the command that keeps data over a restart,
    `data` the folder it keeps them in. `memory` is a limit in docker's notation. `clusters` are those that it can be
    part of; a link to it can be slowed down where iproute2 is among the packages.
    """

    name: str
    image: str
    suite: str
    packages: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    port: int
    volatile: tuple[str, ...]
    durable: tuple[str, ...]
    data: str
    version: Callable[[str, int], str]
    environment: Mapping[str, str] = field(default_factory=dict)
    memory: str = "512m"
    ready_within_s: int = 60
    clusters: Mapping[Shape, Cluster] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a backend's maintainers document: the shortest expiry it accepts and the largest value it holds."""

    shortest_expiry_ns: int = 1_000_000_000
    largest_value_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A result backend that can be made to take part.

    `url` is Celery's `result_backend`, with `{host}`, `{port}` and `{folder}` (an empty folder of the contestant's own)
    filled in, and `broker` its `broker_url` where results travel through it. `client` is the distribution whose version
    is the client's. `peek(url, namespace)` counts, behind Celery's back, what the server holds under a namespace, by
    kind; None where nobody can. `release(backend)` closes what Celery's own clean-up leaves open. `deviations` is the
    TOML file of known failures. `timeouts` are the documented settings, if any, by which a user bounds a call to about
    two seconds. `yours` marks somebody's own server, given by URL.

    What only its vendor knows, each optional: `ttl(url, key)` is the life that the server itself says a key still has
    (`NEVER` where it has no end, None where it is gone); `fill(url, prefix, count)` puts so many keys there as Celery
    would, but all at once, to live for an hour, and returns how many; `redirects` are environment variables that its
    client is known to read; `switches` maps a boolean option of the URL to the attribute that is None or False where it
    is off; `protect(url)` makes the server ask for a password, and returns what puts it into a URL; `tls(url,
    authority)` returns the `result_backend` and the settings by which TLS is spoken at that URL (the broker's, where
    results travel through it) with a server that this authority, a file, speaks for, and with no other.
    """

    name: str
    url: str
    broker: str | None = None
    claims: frozenset[Capability]
    client: str
    engine: Engine | None = None
    facts: Facts = Facts()
    deviations: Path | None = None
    peek: Callable[[str, str], Mapping[str, int]] | None = None
    release: Callable[[Any], None] = lambda _: None
    timeouts: Mapping[str, object] = field(default_factory=dict)
    yours: bool = False
    ttl: Callable[[str, str], int | None] | None = None
    fill: Callable[[str, str, int], int] | None = None
    redirects: tuple[str, ...] = ()
    switches: Mapping[str, str] = field(default_factory=dict)
    protect: Callable[[str], Callable[[str], str]] | None = None
    tls: Callable[[str, Path], tuple[str, Mapping[str, object]]] | None = None


#: The life of a key that never ends.
NEVER = -1


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The message broker through which every contestant's workers get their tasks; `url` has `{host}` and `{port}`."""

    engine: Engine
    url: str
