"""Real Consul servers to test the backend on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery

from crisper.servers import containers
from crisper.servers.images import Images
from crisper_backends.consul.backend import ConsulBackend
from crisper_backends.consul.engine import ENGINE
from crisper_backends.consul.errors import UnavailableError


READY_WITHIN_S = 40
# What several tests share beside fixtures.
sys.path.insert(0, str(Path(__file__).parent))


@cache
def image() -> str:
    """Return the image that the harness takes for its own Consul servers, made on the spot where it has to be."""
    return Images(containers.connect(), say=print).image(ENGINE).reference


def docker(*words: str) -> str:
    """Run a docker command and return what it says."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"docker {words}: {done.stderr}")
    return done.stdout.strip()


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], Any], within_s: float = READY_WITHIN_S) -> Any:
    """Return what `holds` returns once it is true; fail at the deadline."""
    deadline = time.monotonic() + within_s
    while not (said := holds()):
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)
    return said


class Consul:
    """A container with a Consul agent on a loopback port that it keeps."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port

    def url(self, rest: str = "", token: str = "") -> str:
        """Return a backend URL under a prefix of its own."""
        return f"consulkv://{f':{token}@' if token else ''}127.0.0.1:{self.port}/t{uuid4().hex[:8]}{rest}"

    def ready(self) -> bool:
        """Whether it takes writes."""
        try:
            backend = made(self.url("?timeout=1"))
            backend.set("ready", b"")
            backend.delete("ready")
        except UnavailableError:
            return False
        return True


def made(url: str, **conf: Any) -> ConsulBackend:
    """Return a backend of an app with this configuration."""
    if "expires" in conf:
        conf["result_expires"] = conf.pop("expires")
    named = f"{ConsulBackend.__module__}:{ConsulBackend.__name__}+{url}"
    app = Celery("tests", broker="memory://", backend=named, set_as_current=False)
    app.conf.update(conf)
    backend: ConsulBackend = app.backend
    return backend


@pytest.fixture
def start() -> Iterator[Callable[..., Consul]]:
    """Start containers of this test's own, removed after it."""
    with ExitStack() as running:

        def begun(*agent: str, options: tuple[str, ...] = (), config: str = "{}") -> Consul:
            name, port = f"crisper-consul-{uuid4().hex[:10]}", free_port()
            command = ("sh", "-c", 'echo "$CONFIG" > /tmp/more.json && exec consul agent "$@"', "sh", *agent)
            docker(
                "run", "-d", "--name", name, "-p", f"127.0.0.1:{port}:8500", "-e", f"CONFIG={config}", *options,
                image(), *command, "-client=0.0.0.0", "-config-file=/tmp/more.json",
            )  # fmt: skip
            running.callback(docker, "rm", "-fv", name)
            return Consul(name, port)

        yield begun


@pytest.fixture(scope="session")
def shared() -> Iterator[Consul]:
    """Yield the server that most tests share: CRISPER_TEST_CONSUL=host:port, or one of our own."""
    given = os.environ.get("CRISPER_TEST_CONSUL")
    if given:
        yield Consul("", int(given.rpartition(":")[2]))
        return
    name, port = f"crisper-consul-{uuid4().hex[:10]}", free_port()
    docker(
        "run", "-d", "--name", name, "-p", f"127.0.0.1:{port}:8500", image(),
        "consul", "agent", "-dev", "-client=0.0.0.0",
    )  # fmt: skip
    try:
        server = Consul(name, port)
        until(server.ready)
        yield server
    finally:
        docker("rm", "-fv", name)


@pytest.fixture
def url(shared: Consul) -> str:
    """Return a URL with a prefix of this test's own."""
    return shared.url()


@pytest.fixture
def backend(url: str) -> ConsulBackend:
    """Return a backend with a prefix of this test's own and Celery's default expiry of a day."""
    return made(url)


@pytest.fixture(name="made")
def _made() -> Callable[..., ConsulBackend]:
    """Make backends."""
    return made


@pytest.fixture(name="until")
def _until() -> Callable[..., Any]:
    """Poll until something holds."""
    return until


@pytest.fixture(name="image", scope="session")
def _image() -> str:
    """Return the image of the servers."""
    return image()


@pytest.fixture(name="docker", scope="session")
def _docker() -> Callable[..., str]:
    """Run docker."""
    return docker


@pytest.fixture
def gone_after() -> Callable[[ConsulBackend, str, float], float]:
    """Say after how many seconds from now a key stopped being readable."""

    def seconds(backend: ConsulBackend, key: str, within_s: float) -> float:
        started = time.monotonic()
        until(lambda: backend.get(key) is None, within_s)
        return time.monotonic() - started

    return seconds
