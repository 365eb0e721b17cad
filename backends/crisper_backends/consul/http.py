"""python-consul's HTTP client on this backend's own connections."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import consul
from consul import base

from crisper_backends.consul.link import Link
from crisper_backends.consul.url import Address


_WAIT = re.compile(r"(\d+)(ms|s|m)")
_NS = {"ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000}
_LONGEST_WAIT_NS = 600_000_000_000

Params = Sequence[tuple[str, Any]] | Mapping[str, Any] | None
Callback = Callable[[Any], Any]


class HTTPClient(base.HTTPClient):  # type: ignore[misc]
    """Sends what python-consul asks for over a Link, with python-consul's own headers and answers."""

    def __init__(self, address: Address, link: Callable[[], Link]) -> None:
        super().__init__(address.host, address.port, "https" if address.tls else "http", address.verify)
        self._link = link

    def get(
        self, callback: Callback, path: str, params: Params = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """GET, blocking for as long as `params` ask for."""
        return self._send("GET", callback, path, params, b"", headers)

    def put(
        self,
        callback: Callback,
        path: str,
        params: Params = None,
        data: str | bytes = "",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """PUT."""
        return self._send("PUT", callback, path, params, data, headers)

    def delete(
        self,
        callback: Callback,
        path: str,
        params: Params = None,
        data: str | bytes = "",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """DELETE."""
        return self._send("DELETE", callback, path, params, data, headers)

    def post(
        self,
        callback: Callback,
        path: str,
        params: Params = None,
        data: str | bytes = "",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """POST."""
        return self._send("POST", callback, path, params, data, headers)

    def _send(
        self,
        method: str,
        callback: Callback,
        path: str,
        params: Params,
        data: str | bytes,
        headers: Mapping[str, str] | None,
    ) -> Any:
        asked = dict(params or ())
        target = quote(path, safe="/:") + (f"?{urlencode(asked)}" if asked else "")
        answer = self._link().send(method, target, data or None, dict(headers or {}), _wait_ns(asked))
        text = answer.body.decode("utf-8", "replace")
        return callback(base.Response(answer.status, answer.headers, text, answer.body))


def client(address: Address, link: Callable[[], Link], *, consistency: str) -> consul.Consul:
    """Return a python-consul client that asks this address, whatever the environment says."""
    with warnings.catch_warnings():
        # It warns of its own legacy ACL calls, which nobody here makes.
        warnings.simplefilter("ignore", DeprecationWarning)
        made = consul.Consul(host=address.host, port=address.port, consistency=consistency, dc=address.dc)
    # Its constructor lets CONSUL_HTTP_ADDR and CONSUL_HTTP_TOKEN override its arguments:
    # https://github.com/poppyred/python-consul2/blob/master/consul/base.py#L330
    made.http = HTTPClient(address, link)
    made.token = link().token
    made.scheme = made.http.scheme
    return made


def _wait_ns(params: Mapping[str, Any]) -> int:
    if "index" not in params:
        return 0
    match = _WAIT.fullmatch(str(params.get("wait", "")))
    wait_ns = int(match[1]) * _NS[match[2]] if match else _LONGEST_WAIT_NS
    return wait_ns + wait_ns // 16
