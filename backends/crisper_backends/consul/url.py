"""The address of a Consul agent, read strictly from a result backend's URL."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from celery.exceptions import ImproperlyConfigured


#: Celery hands `consulkv+https://…` over without the part before the plus sign:
#: https://github.com/celery/celery/blob/v5.7.0/celery/app/backends.py#L60
TLS = {"consulkv": False, "consulkv+http": False, "http": False, "consulkv+https": True, "https": True}
PORTS = {False: 8500, True: 8501}
CONSISTENCIES = ("default", "consistent", "stale")
BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
TLS_ONLY = ("ca", "cert", "key", "verify")
LONGEST_TIMEOUT_S = 600.0
_DATACENTER = re.compile(r"[A-Za-z0-9_-]+")
_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where Consul answers, and how it wants to be asked; the token is in no repr."""

    host: str
    port: int
    tls: bool
    prefix: str | None = None
    token: str | None = field(default=None, repr=False)
    token_file: str | None = None
    dc: str | None = None
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    verify: bool = True
    consistency: str | None = None
    timeout_ns: int = 5_000_000_000


def from_url(url: str) -> Address:
    """Return the address that `url` names; ImproperlyConfigured names the part or option that is wrong."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The cause would quote the URL, and with it the token.
        message = "consulkv: the URL's host or port is malformed"
        raise ImproperlyConfigured(message) from None
    if parts.scheme not in TLS:
        _fail(f"scheme {parts.scheme!r}", "must be consulkv, consulkv+http or consulkv+https")
    if not parts.hostname:
        _fail("host", "is missing")
    if parts.username or parts.fragment:
        _fail("URL", "takes a token after a colon (:token@host), no user name and no fragment")
    tls = TLS[parts.scheme]
    options = _options(parts, tls=tls)
    token = unquote(parts.password) if parts.password else None
    if token and options.get("token_file"):
        _fail("token_file", "contradicts the token in the URL")
    return Address(
        host=parts.hostname, port=port or PORTS[tls], tls=tls, prefix=_prefix(parts.path), token=token, **options
    )


def _options(parts: SplitResult, *, tls: bool) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, text in parse_qsl(parts.query, keep_blank_values=True):
        if name not in _READ_BY:
            _fail(f"option {name!r}", "is unknown")
        field_name, read_by = _READ_BY[name]
        if field_name in read:
            _fail(f"option {name!r}", "is given twice")
        if name in TLS_ONLY and not tls:
            _fail(f"option {name!r}", "needs consulkv+https://")
        read[field_name] = read_by(name, text)
    if "key" in read and "cert" not in read:
        _fail("option 'key'", "needs cert")
    return read


def _text(name: str, text: str) -> str:
    return text or _fail(f"option {name!r}", "is empty")


def _datacenter(name: str, text: str) -> str:
    return text if _DATACENTER.fullmatch(text) else _fail(f"option {name!r}", "may hold letters, digits, '_' and '-'")


def _consistency(name: str, text: str) -> str:
    return text if text in CONSISTENCIES else _fail(f"option {name!r}", f"must be one of {', '.join(CONSISTENCIES)}")


def _timeout_ns(name: str, text: str) -> int:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST_TIMEOUT_S:
        _fail(f"option {name!r}", f"must be seconds, above 0 and up to {LONGEST_TIMEOUT_S:.0f}")
    return int(seconds * 1_000_000_000)


def _boolean(name: str, text: str) -> bool:
    try:
        return BOOLEANS[text.lower()]
    except KeyError:
        _fail(f"option {name!r}", f"must be one of {', '.join(BOOLEANS)}")


def _prefix(path: str) -> str | None:
    prefix = unquote(path).strip("/")
    if not prefix:
        return None
    if all(_SEGMENT.fullmatch(segment) and ".." not in segment for segment in prefix.split("/")):
        return prefix
    return _fail("prefix", "may hold letters, digits, '_', '-', single dots and single slashes")


def _fail(what: str, why: str) -> NoReturn:
    message = f"consulkv: {what} {why}"
    raise ImproperlyConfigured(message)


#: By option: the field of Address, and who reads it.
_READ_BY: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    **{name: (name, _text) for name in ("ca", "cert", "key", "token_file")},
    "dc": ("dc", _datacenter),
    "verify": ("verify", _boolean),
    "consistency": ("consistency", _consistency),
    "timeout": ("timeout_ns", _timeout_ns),
}
