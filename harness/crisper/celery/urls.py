"""Result backend URLs: whether Celery knows them, what their class claims, who listens there, and how they change."""

from __future__ import annotations

import socket
import uuid
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from celery.app.backends import by_url
from celery.backends.base import BaseKeyValueStoreBackend

from crisper.celery.client import connect
from crisper.celery.patience import within
from crisper.celery.recorder import attempt
from crisper.clauses import Capability
from crisper.errors import UsageError
from crisper.secrecy import Secrets


#: What the errors of drivers are called that reach nobody; OperationalError is that of databases (PEP 249).
UNREACHED = ("Connection", "Timeout", "OperationalError")

#: So long is a first answer waited for.
PATIENCE_NS = 20_000_000_000

#: Nobody listens at the port of "discard": https://www.rfc-editor.org/rfc/rfc863.
NOWHERE = 9


def backend_class(url: str, *, option: str) -> type[Any]:
    """Return the class that Celery would use for a URL.

    Raises UsageError, naming the option as it may be shown, where Celery knows none.
    """
    found, error = attempt(lambda: by_url(url, Celery(set_as_current=False).loader))
    if error is not None:
        scheme = url.partition("://")[0]
        message = f"--backend {option}: Celery has no result backend for the scheme {scheme!r}"
        reason = Secrets(url).hidden(f"{error}".strip().partition("\n")[0])
        raise UsageError(message, hint=f"it says: {reason}") from error
    cls: type[Any] = found[0]  # type: ignore[index] # the class, and the URL for it
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


def unchanged(url: str) -> str:
    """Return the URL as it is."""
    return url


def with_option(url: str, name: str, value: str) -> str:
    """Return a URL with one more option."""
    return f"{url}{'&' if '?' in url else '?'}{name}={value}"


def with_password(url: str, password: str) -> str:
    """Return a URL with a password; the same one where it names no host."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}:{password}@{rest}" if urlsplit(f"x://{rest}").hostname else url


def elsewhere(url: str) -> str:
    """Return a URL with a port at which nobody listens; the same one where it names no host."""
    scheme, mark, rest = url.partition("://")
    host, port = urlsplit(f"x://{rest}").hostname, urlsplit(f"x://{rest}").port
    return f"{scheme}{mark}{rest.replace(f'{host}:{port}' if port else host, f'{host}:{NOWHERE}', 1)}" if host else url


def without_port(url: str) -> str:
    """Return a URL without its port; the same one where it has none."""
    scheme, mark, rest = url.partition("://")
    port = urlsplit(f"x://{rest}").port
    return url if port is None else f"{scheme}{mark}{rest.replace(f':{port}', '', 1)}"


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


def expect_answer(url: str, *, option: str) -> None:
    """Raise UsageError where a first read reaches nobody; whatever else it comes to is for the playings to tell."""

    def read() -> object:
        return connect(url, expires_ns=None).get_task_meta(str(uuid.uuid4()))

    _, error = within(PATIENCE_NS, lambda: attempt(read))
    if isinstance(error, OSError) or any(name in type(error).__name__ for name in UNREACHED):
        says = Secrets(url).hidden(" ".join(f"{type(error).__name__}: {error}".split()))
        message = f"--backend {option}: it cannot be reached ({says})"
        raise UsageError(message, hint="start the server, or correct the URL") from error
