"""Miniatures that speak TLS to whoever is at their URL's port: each lies in exactly one way, but for the first."""

from __future__ import annotations

import socket
import ssl
from typing import Any
from urllib.parse import parse_qs, urlsplit

from miniatures import Honest


class Wary(Honest):
    """Shakes hands before each call, with who the authority in its URL speaks for."""

    right = True

    def options(self, query: str) -> None:
        (self.authority,) = parse_qs(query)["ca"]

    def get(self, key: str | bytes) -> bytes | None:
        self.shake_hands()
        return super().get(key)

    def shake_hands(self) -> None:
        place = urlsplit(self.url)
        with socket.create_connection((place.hostname, place.port), 5) as connection:
            self.trust().wrap_socket(connection, server_hostname=place.hostname).close()

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)


class TrustsAnybody(Wary):
    """Speaks TLS with whoever answers."""

    right = False

    def trust(self) -> ssl.SSLContext:
        context = super().trust()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context


class TrustsTheSystem(Wary):
    """Asks the authorities of the machine, instead of the one that it is told."""

    right = False

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context()


class SpeaksPlainly(Wary):
    """Takes the authority, and speaks no TLS."""

    right = False

    def shake_hands(self) -> Any:
        place = urlsplit(self.url)
        socket.create_connection((place.hostname, place.port), 5).close()
