"""What the 64 flag bits of an entry say of it, across releases."""

from __future__ import annotations

from dataclasses import dataclass

from crisper_backends.consul.errors import LaterFormatError


#: The format, in the upper eight bits: 0 is anybody's entry (Celery's consul:// writes 0), 1 is this layout.
FORMAT = 1
_FORMAT_SHIFT = 56
_ATTACHED_BIT = 1 << 48
#: Expiry in ms since the epoch, in the lower 48 bits: enough until the year 10889.
_EXPIRES_MASK = _ATTACHED_BIT - 1


@dataclass(frozen=True, kw_only=True)
class Flags:
    """When an entry expires (0: never), and whether it only names an attached key that holds its value."""

    expires_ms: int = 0
    attached: bool = False

    def pack(self) -> int:
        """Return the unsigned 64-bit number that Consul keeps; OverflowError beyond its 48 bits of milliseconds."""
        if not 0 <= self.expires_ms <= _EXPIRES_MASK:
            message = f"expiry {self.expires_ms} ms does not fit 48 bits"
            raise OverflowError(message)
        return FORMAT << _FORMAT_SHIFT | (_ATTACHED_BIT if self.attached else 0) | self.expires_ms


def unpack(number: int) -> Flags:
    """Return what `number` says; LaterFormatError if a newer release wrote it in a way that is not known here."""
    version = number >> _FORMAT_SHIFT
    if version == 0:
        return Flags()
    if version != FORMAT:
        message = f"written in format {version} by a later release; this one knows up to {FORMAT}"
        raise LaterFormatError(message)
    return Flags(expires_ms=number & _EXPIRES_MASK, attached=bool(number & _ATTACHED_BIT))
