"""Celery's own Redis backend, as a contestant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from crisper.backends import NEVER, Backend
from crisper_backends.redis.engine import ENGINE


def _peek(url: str, namespace: str) -> Mapping[str, int]:
    from redis import Redis

    with closing(Redis.from_url(url)) as client:
        return {
            "entries": sum(1 for _ in client.scan_iter(f"*{namespace}*", count=10_000)),
            "channels": len(client.pubsub_channels(f"*{namespace}*")),
        }


def _disconnect(backend: Any) -> None:
    # app.close(), process_cleanup() and result_consumer.stop() leave the pool's socket open.
    backend.client.connection_pool.disconnect()
    backend.result_consumer.stop()


def _ttl(url: str, key: str) -> int | None:
    from redis import Redis

    with closing(Redis.from_url(url)) as client:
        left_ms = client.pttl(key)
    return {-2: None, -1: NEVER}.get(left_ms, left_ms * 1_000_000)


def _fill(url: str, prefix: str, count: int) -> int:
    from redis import Redis

    with closing(Redis.from_url(url)) as client:
        for start in range(0, count, 1000):
            pipeline = client.pipeline(transaction=False)
            for number in range(start, min(count, start + 1000)):
                pipeline.setex(f"{prefix}-{number}", 3600, b"lives on")
            pipeline.execute()
    return count


def _protect(url: str) -> Callable[[str], str]:
    from redis import Redis

    password = token_hex(16)
    with closing(Redis.from_url(url)) as client:
        client.config_set("requirepass", password)
    return lambda open_url: open_url.replace("://", f"://:{password}@", 1)


def _tls(url: str, authority: Path) -> tuple[str, Mapping[str, object]]:
    # https://docs.celeryq.dev/en/stable/userguide/configuration.html#redis-backend-settings
    options = urlencode({"ssl_cert_reqs": "CERT_REQUIRED", "ssl_ca_certs": authority})
    return f"{url.replace('redis://', 'rediss://', 1)}?{options}", {}


redis = Backend(
    name="redis",
    url="redis://{host}:{port}/0",
    claims=frozenset({"kv", "shared", "incr", "expire", "autoexpire", "groups", "chords", "push", "tls", "auth"}),
    client="redis",
    engine=ENGINE,
    deviations=Path(__file__).parent / "deviations.toml",
    peek=_peek,
    release=_disconnect,
    ttl=_ttl,
    fill=_fill,
    protect=_protect,
    tls=_tls,
    # https://docs.celeryq.dev/en/stable/userguide/configuration.html#redis-socket-timeout (120 s if not set), and
    # https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html#connection-timeouts
    timeouts={
        "redis_socket_timeout": 2.0,
        "redis_socket_connect_timeout": 2.0,
        "result_backend_transport_options": {"retry_policy": {"timeout": 2.0}},
    },
)
