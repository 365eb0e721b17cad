"""The promises of a Celery result backend, and scripts that play them; one topic a file."""
