"""Length-prefixed MessagePack over a socket pair: how the Player and a contestant's process speak."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

import msgspec

from crisper.clauses import Layer
from crisper.history import History, Play
from crisper.player.address import Address
from crisper.player.bench import Block, Samples
from crisper.scenario import Profile


_LENGTH = struct.Struct("!I")


class Enter(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The first word to a contestant's process: which backend it is, where, and how far it gives way to others."""

    option: str
    address: Address
    namespace: str
    seed: int
    niceness: int = 0
    profile: Profile = "quick"


class Entered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Its answer: the versions that it really imported, and what its timing loop costs; or why it cannot take part."""

    celery: str = ""
    client: str = ""
    overhead_ns: int = 0
    failure: str | None = None


class Hire(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Start the contestant's workers, which get their tasks through this broker; nobody waits for an answer."""

    broker: str


class Perform(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Play one scenario, found in the file `source`; in the background if so told, on a server of its own if given."""

    id: int
    play: Play
    layer: Layer
    source: str
    background: bool
    address: Address | None = None


class Performed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What came of it."""

    id: int
    history: History


Message = Enter | Entered | Hire | Perform | Performed | Block | Samples


class Channel:
    """Both ends speak whole messages; `receive` returns None once the other end is gone."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._reader = end.makefile("rb")
        self._lock = threading.Lock()
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Message).decode

    def send(self, message: Message) -> None:
        """Send one message; raises OSError where nobody is there to take it."""
        body = self._encode(message)
        with self._lock:
            self._end.sendall(_LENGTH.pack(len(body)) + body)

    def receive(self) -> Message | None:
        """Wait for the next message."""
        try:
            head = self._reader.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                return None
            body = self._reader.read(_LENGTH.unpack(head)[0])
            message: Message = self._decode(body)
        except (OSError, ValueError, msgspec.DecodeError):
            return None
        return message

    def hang_up(self) -> None:
        """Receive nothing after what has arrived, even where somebody else still holds the other end."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of this end."""
        self._reader.close()
        self._end.close()
