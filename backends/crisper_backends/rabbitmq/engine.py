"""How a RabbitMQ server starts, and when it is ready."""

from __future__ import annotations

from crisper.backends import Engine


#: The user. Not `guest`: that one is refused to whoever does not come from within the container.
LOGIN = "crisper"
#: No word that stands elsewhere: it is hidden wherever it is found.
PASSWORD = "open-sesame-rabbit"  # noqa: S105 - of a server that lives as long as a Run, on loopback


def version(host: str, port: int) -> str:
    """Return the server's version as it tells it itself, once our own user may log in.

    Raises OSError until then.
    """
    from amqp import Connection
    from amqp.exceptions import AMQPError

    connection = Connection(f"{host}:{port}", userid=LOGIN, password=PASSWORD, connect_timeout=2, read_timeout=2)
    try:
        connection.connect()
        return str(connection.server_properties["version"])
    except AMQPError as error:
        raise OSError(str(error)) from error
    finally:
        connection.collect()


ENGINE = Engine(
    name="rabbitmq",
    image="rabbitmq:4.0.9",
    suite="trixie",
    packages=("rabbitmq-server", "iproute2"),
    # Erlang looks for each module in the folder of each plugin; without them it starts in half the time.
    left_out=tuple(
        f"path-exclude=/usr/lib/rabbitmq/lib/*/plugins/rabbitmq_{others}*" for others in ("[!p]", "pe", "pro")
    ),
    port=5672,
    volatile=("rabbitmq-server",),
    durable=("rabbitmq-server",),
    data="/var/lib/rabbitmq",
    version=version,
    # All of it is read by the server itself, so that it needs no file, and no entrypoint of the image's:
    # https://www.rabbitmq.com/docs/configure#supported-environment-variables
    environment={
        "RABBITMQ_DEFAULT_USER": LOGIN,
        "RABBITMQ_DEFAULT_PASS": PASSWORD,
        # The container's own name changes, and with it the folder that a durable server's data are looked for in.
        "RABBITMQ_NODENAME": "rabbit@localhost",
        "RABBITMQ_ENABLED_PLUGINS": " ",
        # Erlang's schedulers spin before they sleep, which the contestants beside it would pay for; and those of files
        # are woken so often while it starts that not spinning at all costs as much again.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "+S 2:2 +SDio 1 +sbwt very_short +sbwtdcpu none +sbwtdio very_short -cache_boot_paths"
        ),
    },
)
