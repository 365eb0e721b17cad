"""Several nodes of an engine are started in containers, in a network of their own, and waited for."""

from __future__ import annotations

import time
import uuid
from typing import Any

from testcontainers.core.container import DockerContainer

from crisper.backends import Cluster, Engine, Shape
from crisper.errors import ServerError
from crisper.servers import containers, sweeping
from crisper.servers.images import Image
from crisper.servers.leases import Lease
from crisper.servers.server import Server, discard
from crisper.servers.starting import Cancel, contained, ready, started


HOST = "127.0.0.1"


def start(engine: Engine, image: Image, *, shape: Shape, lease: Lease, cancel: Cancel) -> Server:
    """Start all nodes of a cluster and return the one that clients talk to, when each is ready.

    Raises ServerError, with the last lines of its log, where one ends or is not ready in time, and what docker-py
    raises where the container engine refuses. Nothing is left then.
    """
    began = time.monotonic_ns()
    cluster = engine.clusters[shape]
    network = f"crisper-{engine.name}-{uuid.uuid4().hex[:12]}"
    nodes = _nodes(engine, cluster, image, lease=lease, network=network)
    try:
        client: Any = nodes[0].get_docker_client().client
        client.networks.create(network, driver="bridge", labels=sweeping.labels(lease))
        ports = [started(node, engine) for node in nodes]
        versions = [ready(node, engine, port, cancel) for node, port in zip(nodes, ports, strict=True)]
        near = _follower(nodes, _leader(engine, cluster, ports[0]), network)
        proxied = containers.proxied(client, ports[near])
    except BaseException:
        discard(*nodes, network=network)
        raise
    return Server(
        engine=engine,
        host=HOST,
        port=ports[near],
        version=versions[near],
        image=image,
        profile=shape,
        proxied=proxied,
        started_in_ns=time.monotonic_ns() - began,
        container=nodes[near],
        others=tuple(node for node in nodes if node is not nodes[near]),
        network=network,
    )


def _nodes(engine: Engine, cluster: Cluster, image: Image, *, lease: Lease, network: str) -> list[DockerContainer]:
    first = f"crisper-{engine.name}-{uuid.uuid4().hex[:12]}"
    nodes = [
        contained(engine, image, [word.replace("{first}", first) for word in command], lease=lease, network=network)
        for command in cluster.nodes
    ]
    nodes[0].with_name(first)
    return nodes


def _leader(engine: Engine, cluster: Cluster, port: int) -> str:
    try:
        return cluster.leader(HOST, port)
    except (OSError, ValueError) as error:
        message = f"{engine.name} lost its leader while it was started: {error}"
        raise ServerError(message) from error


def _follower(nodes: list[DockerContainer], leader: str, network: str) -> int:
    """Return the number of the last node that does not lead."""
    return max(number for number, node in enumerate(nodes) if _address(node, network) != leader)


def _address(node: DockerContainer, network: str) -> str:
    inner = node.get_wrapped_container()
    inner.reload()
    return str(inner.attrs["NetworkSettings"]["Networks"][network]["IPAddress"])
