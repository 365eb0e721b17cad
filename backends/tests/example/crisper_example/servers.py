"""How memcached, PostgreSQL and Valkey start, and when they are ready."""

import socket

from crisper.backends import Engine


_VALKEY = ("valkey-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "")
#: The server refuses to run as root, and its data have to be made first.
_POSTGRESQL = """
set -e
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
as="setpriv --reuid postgres --regid postgres --clear-groups"
install -d -o postgres /data /run/postgresql
if [ ! -e /data/db ]; then
    $as initdb --auth trust --no-sync --no-locale --encoding UTF8 /data/db
    echo 'host all all all trust' >> /data/db/pg_hba.conf
fi
exec $as postgres -D /data/db -c listen_addresses='*'"""


def _memcached_version(host: str, port: int) -> str:
    with socket.create_connection((host, port), timeout=2) as connection:
        connection.sendall(b"version\r\n")
        return connection.recv(100).decode().split()[1]


def _postgresql_version(host: str, port: int) -> str:
    import psycopg2

    try:
        connection = psycopg2.connect(host=host, port=port, user="postgres", connect_timeout=2)
    except psycopg2.Error as error:
        raise OSError(str(error)) from error
    try:
        return str(connection.get_parameter_status("server_version"))
    finally:
        connection.close()


def _valkey_version(host: str, port: int) -> str:
    import redis

    try:
        with redis.Redis(host=host, port=port, socket_timeout=2) as client:
            return str(client.info("server")["valkey_version"])
    except redis.RedisError as error:
        raise OSError(str(error)) from error


def dispose(backend):
    """Close the connections that SQLAlchemy keeps."""
    for engine in backend.session_manager._engines.values():
        engine.dispose()


def disconnect(backend):
    """Close the connections that redis-py keeps."""
    backend.client.connection_pool.disconnect()
    backend.result_consumer.stop()


MEMCACHED = Engine(
    name="memcached",
    image="memcached:1.6",
    suite="trixie",
    packages=("memcached",),
    port=11211,
    volatile=("memcached", "-u", "nobody", "-l", "0.0.0.0"),
    durable=("memcached", "-u", "nobody", "-l", "0.0.0.0"),
    data="/data",
    version=_memcached_version,
)
POSTGRESQL = Engine(
    name="postgresql",
    image="postgres:17",
    suite="trixie",
    packages=("postgresql",),
    port=5432,
    volatile=("sh", "-c", f"{_POSTGRESQL} -c fsync=off"),
    durable=("sh", "-c", _POSTGRESQL),
    data="/data",
    version=_postgresql_version,
)
VALKEY = Engine(
    name="valkey",
    image="valkey/valkey:8.1",
    suite="trixie",
    packages=("valkey-server",),
    port=6379,
    volatile=_VALKEY,
    durable=(*_VALKEY, "--appendonly", "yes", "--appendfsync", "always", "--dir", "/data"),
    data="/data",
    version=_valkey_version,
)
