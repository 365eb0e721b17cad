"""A backend of one's own, and three of Celery's on servers that Crisper does not bring, as contestants."""

from crisper.backends import Backend
from crisper_example import servers


drawer = Backend(
    name="drawer",
    url="drawer://{folder}",
    claims=frozenset({"kv", "shared", "durable"}),
    client="crisper-example",
)

memcached = Backend(
    name="memcached",
    url="cache+memcached://{host}:{port}/",
    claims=frozenset({"kv", "shared", "incr", "expire", "autoexpire", "groups", "chords"}),
    client="pymemcache",
    engine=servers.MEMCACHED,
)

postgresql = Backend(
    name="postgresql",
    url="db+postgresql+psycopg2://postgres:@{host}:{port}/postgres",
    claims=frozenset({"shared", "groups", "chords", "durable"}),
    client="psycopg2-binary",
    engine=servers.POSTGRESQL,
    release=servers.dispose,
)

valkey = Backend(
    name="valkey",
    url="redis://{host}:{port}/0",
    claims=frozenset({"kv", "shared", "incr", "expire", "autoexpire", "groups", "chords", "push"}),
    client="redis",
    engine=servers.VALKEY,
    release=servers.disconnect,
)
