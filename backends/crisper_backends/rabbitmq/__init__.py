"""Everything that is known here about RabbitMQ."""
