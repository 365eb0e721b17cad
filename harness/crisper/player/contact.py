"""How one playing reaches its contestant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from crisper.backends import Backend
from crisper.player.address import Address
from crisper.player.crew import Crew
from crisper.scenario import Profile
from crisper.secrecy import Secrets
from crisper.servers.faults import Breakable, Membership, Note


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A contestant's declaration and address, the name that is all a playing's own, and who works for it."""

    address: Address
    option: str
    namespace: str
    backend: Backend
    crew: Crew | None = None
    secrets: Secrets = field(default_factory=Secrets)
    profile: Profile = "quick"

    @property
    def scheme(self) -> str:
        """What the URL begins with: the scheme by which Celery is to know the backend, or the name of its class."""
        return self.address.url.partition("://")[0].partition("+")[0]

    @property
    def redirects(self) -> dict[str, str]:
        """Environment variables that could lead a client elsewhere: to a port where nobody listens."""
        nowhere = "http://127.0.0.1:9"
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), nowhere)
        return proxies | {name: nowhere.removeprefix("http://") for name in self.backend.redirects}

    def breakable(self, note: Note) -> Breakable:
        """Return the playing's own server, to be broken; `note` hears of each fault."""
        address, engine = self.address, self.backend.engine
        assert address.container is not None
        assert engine is not None
        at = str(address.host), int(address.port or 0)
        cluster = engine.clusters[address.cluster] if address.cluster else None
        return Breakable.of(
            address.container,
            version=lambda: engine.version(*at),
            note=note,
            within_s=engine.ready_within_s,
            back_in_ns=address.back_in_ns,
            membership=cluster and Membership(leader=lambda: cluster.leader(*at), leave=cluster.leave),
        )

    def elsewhere(self) -> Callable[[str], str] | None:
        """Return what turns the URL into that of an empty place of the playing's own; None where none can be had."""
        if self.address.folder is None:
            return None
        own = Path(self.address.folder) / self.namespace
        own.mkdir(exist_ok=True)
        return lambda _: self.backend.url.format(folder=own)
