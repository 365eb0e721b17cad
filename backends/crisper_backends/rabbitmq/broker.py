"""The broker that carries tasks to every contestant's workers."""

from __future__ import annotations

from crisper.backends import Broker
from crisper_backends.rabbitmq.engine import ENGINE, LOGIN, PASSWORD


URL = f"amqp://{LOGIN}:{PASSWORD}@{{host}}:{{port}}//"

broker = Broker(engine=ENGINE, url=URL)
