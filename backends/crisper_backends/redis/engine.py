"""How a Redis server starts, and when it is ready."""

from __future__ import annotations

from crisper.backends import Engine


_COMMAND = ("redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "")  # noqa: S104 (within the container; published on loopback only)


def version(host: str, port: int) -> str:
    """Return the server's version as it tells it itself.

    Raises OSError while it does not answer, or is still loading its data.
    """
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    once = Retry(NoBackoff(), 0)
    client = redis.Redis(host=host, port=port, socket_timeout=2, socket_connect_timeout=2, retry=once)
    try:
        return str(client.info("server")["redis_version"])
    except redis.RedisError as error:
        raise OSError(str(error)) from error
    finally:
        client.close()


ENGINE = Engine(
    name="redis",
    image="redis:8.0.5",
    suite="trixie",
    packages=("redis-server", "iproute2"),
    port=6379,
    volatile=_COMMAND,
    durable=(*_COMMAND, "--appendonly", "yes", "--appendfsync", "always", "--dir", "/data"),
    data="/data",
    version=version,
)
