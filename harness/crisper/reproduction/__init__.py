"""A failure as a script that needs Celery and the server only: what a maintainer would paste into an issue."""
