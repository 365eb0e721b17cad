"""The container engine: whether one answers, what it does between a client and a server."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from docker.errors import DockerException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.docker_client import DockerClient, get_docker_host

from crisper.errors import ServerError


#: How long the engine may think about one call before it counts as gone.
ANSWERS_WITHIN_S = 30

_LOCAL = {"localhost", "localunixsocket", "localnpipe", "127.0.0.1", "::1"}
_FORWARDERS = {"docker-proxy", "rootlessport", "rootlesskit-docker-proxy"}


def connect() -> Any:
    """Return a docker client whose engine answers on this machine.

    Raises ServerError where none does, or where it runs elsewhere, out of reach of loopback ports.
    """
    # A lease does what this side container is for, and needs no image that may not be had.
    testcontainers_config.ryuk_disabled = True
    # Which image is meant is said by option or CRISPER_IMAGE_…, and by nothing else in the environment.
    testcontainers_config.hub_image_name_prefix = ""
    where = get_docker_host() or "unix:///var/run/docker.sock"
    try:
        _expect_listener(where)
        client: Any = shelter(DockerClient(timeout=ANSWERS_WITHIN_S).client)
    except (DockerException, requests.RequestException, OSError) as error:
        message = f"no container engine answers at {where}: {_reason(error)}"
        raise ServerError(message, hint="start Docker, or let ./bootstrap do it") from error
    if urlsplit(client.api.base_url).hostname not in _LOCAL:
        message = f"the container engine at {client.api.base_url} is not on this machine"
        raise ServerError(message, hint="unset DOCKER_HOST, or choose a local docker context")
    return client


def shelter(client: Any) -> Any:
    """Keep a docker client from looking through our environment for proxies, and return it.

    It would do so at every call, in many threads, while pytest changes the environment for every test.
    """
    client.api.trust_env = False
    return client


def proxied(client: Any, port: int) -> bool:
    """Return whether a process in user space carries what is sent to a published loopback port.

    It costs about 20 µs a call, and accepts connections for a paused server.
    """
    info = client.info()
    desktop = "Desktop" in str(info.get("OperatingSystem"))
    rootless = any("rootless" in option for option in info.get("SecurityOptions") or ())
    if desktop or rootless or sys.platform != "linux":
        return True
    return any(_forwards(arguments, port) for arguments in _command_lines())


def _expect_listener(where: str) -> None:
    """Raise OSError where nobody listens: docker-py would find out too, but leave its socket open."""
    scheme, _, path = where.partition("://")
    if scheme in {"unix", "http+unix"}:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(ANSWERS_WITHIN_S)
            probe.connect(path)


def _forwards(arguments: list[str], port: int) -> bool:
    return Path(arguments[0]).name in _FORWARDERS and str(port) in arguments


def _command_lines() -> Iterator[list[str]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it ended meanwhile
            continue


def _reason(error: Exception) -> str:
    innermost: BaseException = error
    while cause := innermost.__cause__ or innermost.__context__:
        innermost = cause
    return getattr(innermost, "strerror", None) or str(innermost).splitlines()[0]
