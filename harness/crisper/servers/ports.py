"""Loopback ports that stay a server's own, over restarts as well."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path


_KERNEL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_ELSEWHERE = (32_768, 60_999)
_LOWEST, _HIGHEST = 10_240, 65_535
_OFFERED = 100


def free() -> Iterator[int]:
    """Yield a hundred ports at most on which nobody listens on 127.0.0.1 now, in random order.

    They lie outside the range from which the kernel picks ports for clients: a busy client could otherwise sit on a
    server's port while that restarts (https://docs.kernel.org/networking/ip-sysctl.html, ip_local_port_range).
    """
    low, high = _for_clients()
    candidates = [*range(_LOWEST, low), *range(high + 1, _HIGHEST)]
    offered = random.SystemRandom().sample(candidates, min(_OFFERED, len(candidates)))
    return (port for port in offered if _bindable(port))


def _for_clients() -> tuple[int, int]:
    try:
        low, high = (int(word) for word in _KERNEL.read_text().split())
    except (OSError, ValueError):
        return _ELSEWHERE
    return (low, high) if low - _LOWEST + _HIGHEST - high > 1_000 else _ELSEWHERE  # noqa: PLR2004 (enough to choose from)


def _bindable(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
