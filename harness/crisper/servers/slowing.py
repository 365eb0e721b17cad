"""A slow link: the kernel's own queues hold back what a server in a container sends."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from docker.errors import APIError

from crisper.servers import sweeping
from crisper.servers.faults import ImpossibleError


#: How a link is slowed, in words, and as tc(8) is told; the first that the kernel knows is taken.
WAYS = {
    "slowed by 100 ms, and 1 % of loss (netem)": ("netem", "delay", "100ms", "20ms", "loss", "1%"),
    "slowed to 32 kbit/s (tbf)": ("tbf", "rate", "32kbit", "burst", "1600", "latency", "400ms"),
}

#: The one device beside the loopback; its name may change when a network is left and joined again.
_SCRIPT = 'verb=$1; shift; exec tc qdisc "$verb" dev "$(ls /sys/class/net | grep -vx lo)" root "$@"'

#: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02
_NOT_FOUND = 127

_WITHIN_S = 20


def slow(container: Any) -> str:
    """Hold back what a container sends, and return how.

    Raises ImpossibleError where its image has no tc, and where the kernel knows none of the ways.
    """
    refusals = []
    for how, words in WAYS.items():
        refusal = _tc(container, "replace", *words)
        if refusal is None:
            return how
        refusals.append(f"tc {words[0]}: {refusal}")
    raise ImpossibleError("; ".join(refusals))


def quicken(container: Any) -> None:
    """Let everything pass at once again."""
    _tc(container, "del")


def _tc(container: Any, verb: str, *words: str) -> str | None:
    """Return why the queue of a container's link could not be changed; None where it was.

    It is done from another container of the same image, in the same network namespace: the server itself never has the
    right to, and to be given every right, as a privileged `exec` asks for, is refused where the engine lacks some.
    """
    sidecar = container.client.containers.create(
        container.image.id,
        ["-c", _SCRIPT, "sh", verb, *words],
        entrypoint=["sh"],
        user="0",
        network_mode=f"container:{container.id}",
        cap_add=["NET_ADMIN"],
        labels=container.labels,
        use_config_proxy=False,
    )
    try:
        sidecar.start()
        code = sidecar.wait(timeout=_WITHIN_S)["StatusCode"]
        said = sidecar.logs().decode(errors="replace").strip()
    finally:
        with suppress(APIError):  # the sweep has it at the end
            sweeping.remove(sidecar)
    if code == _NOT_FOUND:
        message = "its image has no tc (Debian's package iproute2)"
        raise ImpossibleError(message)
    return said if code else None
