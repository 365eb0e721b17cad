"""The one room in which Celery is spoken."""
