"""Every Celery key's one canonical name among Consul's keys."""

from __future__ import annotations

import re
from dataclasses import dataclass


#: Consul 1.21.5 took only these, `=` and few more, and no two dots in a row; in a URL none of them needs quoting.
#: https://github.com/hashicorp/consul/issues/22822
_ODD = re.compile(rb"[^A-Za-z0-9_.-]|\.(?=\.)|^\.")
#: What escaping never yields, because two hexadecimal digits would follow.
_EMPTY = "="


def canonical(key: str | bytes) -> str:
    """Return the name of `key`: the same for str and UTF-8 bytes, another for every other key, never with a slash."""
    if not isinstance(key, str | bytes):
        message = f"a key is str or bytes, not {type(key).__name__}"
        raise TypeError(message)
    data = key.encode() if isinstance(key, str) else key
    return _ODD.sub(_escaped, data).decode("ascii") or _EMPTY


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"=%02X" % match[0][0]


@dataclass(frozen=True)
class Namespace:
    """All that one prefix holds: names, and beside them three folders; `=` and a small letter begin no escaped name."""

    prefix: str | None

    @property
    def root(self) -> str:
        """What every key of this namespace starts with."""
        return f"{self.prefix}/" if self.prefix else ""

    def key(self, name: str) -> str:
        """Return the Consul key of a canonical name."""
        return f"{self.root}{name}"

    def attached(self, name: str) -> str:
        """Return the folder of a name's value, where that is too large for a transaction."""
        return f"{self.root}=large/{name}/"

    def parts(self, name: str) -> str:
        """Return the folder of the parts that the counter of this name has counted."""
        return f"{self.root}=parts/{name}/"

    def until(self, hour: int | None = None) -> str:
        """Return the folder of the names that outlive every session, up to an hour since the epoch, or of all hours."""
        return f"{self.root}=until/" if hour is None else f"{self.root}=until/{hour}/"
