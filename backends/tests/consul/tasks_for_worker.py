"""The tasks that a real worker runs for test_worker.py."""

import os

from celery import Celery


app = Celery("tasks_for_worker", broker=os.environ["TASKS_BROKER"], backend=os.environ["TASKS_BACKEND"])
app.conf.update(task_track_started=True, worker_prefetch_multiplier=4, task_acks_late=True)


@app.task
def add(one, other):
    """Return a sum."""
    return one + other


@app.task
def total(numbers):
    """Return the sum of many."""
    return sum(numbers)


@app.task(bind=True, max_retries=2)
def third_time(self):
    """Fail twice, then succeed."""
    if self.request.retries < 2:
        raise self.retry(countdown=0)
    return self.request.retries


@app.task
def fail(message):
    """Raise."""
    raise ValueError(message)


@app.task
def large(size):
    """Return a text of this size."""
    return "x" * size


@app.task(ignore_result=True)
def silent():
    """Return what nobody keeps."""
    return 1
