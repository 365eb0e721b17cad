"""A door in front of a server, for clients that are to speak TLS with it."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import urlsplit

from crisper.backends import Backend
from crisper.player.address import Address


HOST = "127.0.0.1"

#: How long a door looks away from whether it is to be shut.
TURN_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Door:
    """A server's URL, but for a port that speaks TLS only; a file with an authority that a client is to trust."""

    url: str
    authority: Path


@contextmanager
def clients(backend: Backend, address: Address) -> Iterator[list[dict[str, Any]]]:
    """Give what makes a client that trusts who signed the certificate it is shown, and one that trusts another.

    Nothing, where nobody has said how the backend is told to speak TLS.
    """
    if backend.tls is None:
        yield []
        return
    with tls(address.broker or address.url) as doors:
        told = [backend.tls(door.url, door.authority) for door in doors]
        yield [{"url": lambda _, url=url: url, **settings} for url, settings in told]


@contextmanager
def tls(url: str) -> Iterator[list[Door]]:
    """Open two doors to a server that itself speaks no TLS, for the length of the block; its URL names host and port.

    The first comes with the authority that signed the certificate of both, the second with another one. Each has a
    port of its own, since clients may share their connections by address.
    """
    import trustme

    parts = urlsplit(f"x://{url.partition('://')[2]}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authorities = [trustme.CA(), trustme.CA()]
    authorities[0].issue_cert(HOST).configure_cert(context)
    doors = []
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="door-"))
        for number, authority in enumerate(authorities):
            file = Path(folder, f"{number}.pem")
            authority.cert_pem.write_to_path(str(file))
            porter = stack.enter_context(_Porter(context, (parts.hostname or HOST, parts.port or 0)))
            doors.append(Door(url=url.replace(f":{parts.port}", f":{porter.server_address[1]}", 1), authority=file))
        yield doors


class _Porter(ThreadingTCPServer):
    """Speaks TLS with whoever comes, and hands on what it hears; within its block."""

    def __init__(self, context: ssl.SSLContext, server: tuple[str, int]) -> None:
        super().__init__((HOST, 0), BaseRequestHandler)
        self._context = context
        self._server = server
        self._guests: list[ssl.SSLSocket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(TURN_S,), name="door").start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        for guest in self._guests:
            with suppress(OSError):
                guest.shutdown(socket.SHUT_RDWR)
        # Waits for all that it has begun.
        self.server_close()

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the library's own
        guest = self._context.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        self._guests.append(guest)
        # Whoever is turned away says so himself.
        with suppress(OSError), guest:
            guest.do_handshake()
            with socket.create_connection(self._server) as server:
                _hand_on(guest, server)


def _hand_on(guest: ssl.SSLSocket, server: socket.socket) -> None:
    other = {guest: server, server: guest}
    while True:
        for source in [guest] if guest.pending() else select.select([guest, server], [], [])[0]:
            data = source.recv(1 << 16)
            if not data:
                return
            other[source].sendall(data)
