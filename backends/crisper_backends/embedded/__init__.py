"""Celery's own backends that need no server."""
