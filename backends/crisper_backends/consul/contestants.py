"""The contestants that keep their results in Consul."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from crisper.backends import Backend, Facts
from crisper_backends.consul.engine import ENGINE


_open = build_opener(ProxyHandler({})).open


def _peek(url: str, namespace: str) -> Mapping[str, int]:
    server = f"http://{urlsplit(url).netloc}/v1"
    keys = _answer(f"{server}/kv/?keys&consistent")
    sessions = _answer(f"{server}/session/list?consistent")
    return {
        "keys": sum(namespace in key for key in keys),
        "sessions": sum(namespace in session["Name"] for session in sessions),
    }


def _answer(address: str) -> Any:
    try:
        with _open(address, timeout=5) as response:
            return json.load(response)
    except HTTPError as error:
        if error.code == 404:  # noqa: PLR2004 - not a single key
            return []
        raise


consul_celery = Backend(
    name="consul-celery",
    url="consul://{host}:{port}/crisper",
    claims=frozenset({"kv", "shared", "autoexpire", "groups", "chords"}),
    client="python-consul2",
    engine=ENGINE,
    # https://developer.hashicorp.com/consul/api-docs/session: a TTL of 10s to 86400s; values up to 512 KiB.
    facts=Facts(shortest_expiry_ns=10_000_000_000, largest_value_bytes=524_288),
    deviations=Path(__file__).parent / "deviations.toml",
    peek=_peek,
)
