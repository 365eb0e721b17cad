"""How a Consul server starts, and when it is ready."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from crisper.backends import Cluster, Engine


# The official image hands this folder, and no other, to the user that it runs as:
# https://github.com/hashicorp/consul/blob/main/.release/docker/docker-entrypoint.sh
_DATA = "/consul/data"

_ANYBODY = "0.0.0.0"  # noqa: S104 (within the container; published on loopback only)

# A proxy from the environment has no business between us and a server of our own.
_open = build_opener(ProxyHandler({})).open


def version(host: str, port: int) -> str:
    """Return the server's version as it tells it itself, once a leader is elected and keys can be read.

    Raises OSError or ValueError until then.
    """
    if not _answer(host, port, "status/leader"):
        message = "no leader is elected yet"
        raise ValueError(message)
    try:
        _answer(host, port, "kv/?keys&consistent")
    except HTTPError as error:
        if error.code != 404:  # noqa: PLR2004 (no key at all: an answer)
            raise
    return str(_answer(host, port, "agent/self")["Config"]["Version"])


def _answer(host: str, port: int, path: str) -> Any:
    try:
        with _open(f"http://{host}:{port}/v1/{path}", timeout=2) as response:
            return json.load(response)
    except HTTPException as error:
        raise OSError(str(error)) from error


# All contestants of a Run come from one address, and 200 connections are allowed to it: one that leaves many open would
# have the others refused. https://developer.hashicorp.com/consul/docs/agent/config/config-files#http_max_conns_per_client
_CONNECTIONS = ("-hcl", "limits { http_max_conns_per_client = 2000 }")

# The default of 5 spends five seconds on electing the only candidate, at every restart.
_PROMPT = ("-hcl", "performance { raft_multiplier = 1 }")


def leader(host: str, port: int) -> str:
    """Return the address of the server that leads, as its fellows know it.

    Raises OSError or ValueError where none does.
    """
    address = str(_answer(host, port, "status/leader")).rpartition(":")[0]
    if not address:
        message = "no leader is elected"
        raise ValueError(message)
    return address


def _nodes(*agents: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    every = ("-data-dir", _DATA, "-client", _ANYBODY, "-bind", '{{ GetInterfaceIP "eth0" }}', "-retry-join", "{first}")
    return tuple(("consul", "agent", *agent, *every, *_CONNECTIONS) for agent in agents)


_LEAVE = ("consul", "leave")

ENGINE = Engine(
    name="consul",
    image="hashicorp/consul:1.20.6",
    suite="bullseye",
    packages=("consul", "ca-certificates", "iproute2"),
    port=8500,
    # For development it would write a line for each request, and the container engine another.
    volatile=("consul", "agent", "-dev", "-log-level=warn", "-client", _ANYBODY, *_CONNECTIONS),
    durable=(
        *("consul", "agent", "-server", "-bootstrap-expect=1", "-data-dir", _DATA),
        *("-client", _ANYBODY, "-bind", "127.0.0.1", *_CONNECTIONS, *_PROMPT),
    ),
    data=_DATA,
    version=version,
    # https://developer.hashicorp.com/consul/docs/architecture: an agent that is no server forwards what it is told.
    clusters={
        "relayed": Cluster(nodes=_nodes(("-server", "-bootstrap-expect=1", *_PROMPT), ()), leader=leader, leave=_LEAVE),
        "replicated": Cluster(
            nodes=_nodes(*[("-server", "-bootstrap-expect=3", *_PROMPT)] * 3), leader=leader, leave=_LEAVE
        ),
    },
)
