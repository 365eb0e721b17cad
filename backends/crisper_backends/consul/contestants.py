"""The contestants that keep their results in Consul."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import ProxyHandler, build_opener

from crisper.backends import NEVER, Backend, Facts
from crisper_backends.consul.engine import ENGINE
from crisper_backends.consul.flags import unpack
from crisper_backends.consul.names import canonical


_open = build_opener(ProxyHandler({})).open


def _peek(url: str, namespace: str) -> Mapping[str, int]:
    server = f"http://{urlsplit(url).netloc}/v1"
    keys = _answer(f"{server}/kv/?keys&consistent")
    sessions = _answer(f"{server}/session/list?consistent")
    return {
        "entries": sum(namespace in key for key in keys),
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


def _ttl(url: str, key: str) -> int | None:
    parts = urlsplit(url)
    entries = _answer(f"http://{parts.netloc}/v1/kv/{parts.path.strip('/')}/{quote(key)}?consistent")
    if not entries:
        return None
    if "Session" not in entries[0]:
        return NEVER
    session = _answer(f"http://{parts.netloc}/v1/session/info/{entries[0]['Session']}?consistent")
    seconds = session[0]["TTL"].removesuffix("s") if session else ""
    return int(float(seconds) * 1e9) if seconds else NEVER


def _life(url: str, key: str) -> int | None:
    """Return what the bundled backend's flags say of a key: exact, where a session's TTL is a lower bound."""
    parts = urlsplit(url)
    entries = _answer(f"http://{parts.netloc}/v1/kv/{parts.path.strip('/')}/{canonical(key)}?consistent")
    if not entries:
        return None
    expires_ms = unpack(entries[0]["Flags"]).expires_ms
    return expires_ms * 1_000_000 - time.time_ns() if expires_ms else NEVER


def _close(backend: Any) -> None:
    backend.store.link.close()


def _tls(url: str, authority: Path) -> tuple[str, Mapping[str, object]]:
    return f"{url.replace('consulkv://', 'consulkv+https://', 1)}?{urlencode({'ca': authority})}", {}


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
    ttl=_ttl,
    redirects=("CONSUL_HTTP_ADDR",),
    switches={"one_client": "one_client"},
)

consul = Backend(
    name="consul",
    url="consulkv://{host}:{port}/crisper-kv",
    claims=frozenset({"kv", "shared", "incr", "expire", "autoexpire", "groups", "chords", "push", "tls"}),
    client="python-consul2",
    engine=ENGINE,
    facts=Facts(largest_value_bytes=524_288),
    deviations=Path(__file__).parent / "deviations.toml",
    peek=_peek,
    release=_close,
    ttl=_life,
    tls=_tls,
    redirects=("CONSUL_HTTP_ADDR",),
)
