"""Where a contestant stands."""

from __future__ import annotations

import msgspec

from crisper.backends import Shape


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a contestant is reached, as `result_backend` and `broker_url`; the container, where it may be harmed, how
    long a restart of its server is likely to take, and the cluster that it is part of, if any; the folder, where it has
    one instead of a server.
    """

    url: str
    broker: str | None = None
    folder: str | None = None
    container: str | None = None
    host: str | None = None
    port: int | None = None
    back_in_ns: int = 0
    cluster: Shape | None = None
