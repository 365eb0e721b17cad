"""The contestants that send their results through RabbitMQ."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crisper.backends import Backend
from crisper_backends.rabbitmq.broker import URL
from crisper_backends.rabbitmq.engine import ENGINE


def _disconnect(backend: Any) -> None:
    # The consumer of replies has a connection of its own. The pools are kombu's, one for each broker's URL, shared by
    # all applications of a process: they stay, or whoever else is playing would lose its connection.
    if backend.result_consumer._consumer is not None:  # noqa: SLF001 - `stop` raises where nobody has waited
        backend.result_consumer.stop()


def _tls(url: str, authority: Path) -> tuple[str, Mapping[str, object]]:
    # https://docs.celeryq.dev/en/stable/userguide/configuration.html#broker-use-ssl
    name = urlsplit(url).hostname
    trusted = {"ca_certs": str(authority), "cert_reqs": int(ssl.CERT_REQUIRED), "server_hostname": name}
    return "rpc://", {"broker_url": url, "broker_use_ssl": trusted, "broker_transport_options": {"max_retries": 1}}


rpc = Backend(
    name="rpc",
    url="rpc://",
    broker=URL,
    # No peek: a reply queue is named by Celery alone, and AMQP itself lists no queues.
    claims=frozenset({"push", "autoexpire", "tls"}),
    client="amqp",
    engine=ENGINE,
    deviations=Path(__file__).parent / "deviations.toml",
    release=_disconnect,
    tls=_tls,
    # https://docs.celeryq.dev/en/stable/userguide/configuration.html#broker-transport-options, with what py-amqp takes:
    # https://docs.celeryq.dev/projects/amqp/en/latest/reference/amqp.connection.html
    timeouts={
        "broker_transport_options": {
            "connect_timeout": 2.0,
            "read_timeout": 2.0,
            "write_timeout": 2.0,
            "confirm_publish": True,
        }
    },
)
