"""Result backend URLs: whether Celery knows them, what their class claims, and how to show them to anybody."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from celery.app.backends import by_url
from celery.backends.base import BaseKeyValueStoreBackend
from celery.exceptions import ImproperlyConfigured

from crisper.clauses import Capability
from crisper.errors import UsageError


def backend_class(url: str, *, option: str) -> type[Any]:
    """Return the class that Celery would use for a URL.

    Raises UsageError, naming the option as it may be shown, where Celery knows none.
    """
    try:
        found, _ = by_url(url, Celery(set_as_current=False).loader)
    except (ImproperlyConfigured, ImportError, AttributeError) as error:
        scheme = url.partition("://")[0]
        message = f"--backend {option}: Celery has no result backend for the scheme {scheme!r}"
        reason = str(error).strip().splitlines()[0]
        raise UsageError(message, hint=f"it says: {reason}") from error
    cls: type[Any] = found
    return cls


def claims_of(cls: type[Any]) -> frozenset[Capability]:
    """Return what a backend class claims by Celery's own flags; they are tested afterwards."""
    claims: set[Capability] = {"shared", "groups", "chords"}
    if issubclass(cls, BaseKeyValueStoreBackend):
        claims.add("kv")
        if cls.expire is not BaseKeyValueStoreBackend.expire:
            claims.add("expire")
    if getattr(cls, "implements_incr", False):
        claims.add("incr")
    if getattr(cls, "supports_autoexpire", False):
        claims.add("autoexpire")
    return frozenset(claims)


def redacted(url: str) -> str:
    """Return a URL without any secret: no password, and no values in its query.

    A password may hold what ends a host in other URLs, so all up to the last @ is taken for credentials.
    """
    head, mark, rest = url.partition("://")
    if not mark:
        return url
    credentials, at, place = rest.rpartition("@")
    place, question, query = place.partition("?")
    user, colon, _ = credentials.partition(":")
    shown = f"{user}:***@" if colon else "***@"
    keys = "&".join(f"{each.partition('=')[0]}=***" for each in query.split("&"))
    return f"{head}{mark}{shown if at else ''}{place}{question}{keys if question else ''}"


def expect_listener(url: str, *, option: str, timeout_s: float = 3.0) -> None:
    """Raise UsageError unless somebody listens where the URL points to; a URL without host and port is let through."""
    parts = urlsplit("x://" + url.partition("://")[2].rpartition("@")[2])
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        message = f"--backend {option}: its port is not a number between 0 and 65535"
        raise UsageError(message, hint="the port is what follows the host's last colon") from error
    if not host or port is None:
        return
    try:
        socket.create_connection((host, port), timeout_s).close()
    except OSError as error:
        message = f"--backend {option}: nobody listens at {host}:{port} ({error.strerror or 'timed out'})"
        raise UsageError(message, hint="start the server, or change host and port in the URL") from error
