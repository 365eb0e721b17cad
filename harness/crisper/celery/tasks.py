"""What a real worker is asked to do; every task returns its last argument, unless it is said otherwise."""

from __future__ import annotations

import time
from typing import Any

from celery import shared_task


#: How often a task that is retried may be; one that asks for more ends as FAILURE.
MAX_RETRIES = 2


class HiccupError(Exception):
    """What a task that is going to be retried stumbles over."""


@shared_task(name="crisper.echo")
def echo(value: Any) -> Any:
    """Return what was sent."""
    return value


@shared_task(name="crisper.fail")
def fail(message: str) -> None:
    """Raise ValueError."""
    raise ValueError(message)


@shared_task(name="crisper.ignored", ignore_result=True)
def ignored(value: Any) -> Any:
    """Return what nobody wants to know."""
    return value


@shared_task(name="crisper.large")
def large(size: int) -> str:
    """Return a text of that many bytes."""
    return "x" * size


@shared_task(name="crisper.handed_on")
def handed_on(task_id: str, value: Any) -> Any:
    """Have another task do it, and return that one's result as it is: an `AsyncResult`."""
    return echo.apply_async((value,), task_id=task_id)


@shared_task(name="crisper.tracked", track_started=True)
def tracked(nap_ns: int, value: Any) -> Any:
    """Be STARTED for a while."""
    time.sleep(nap_ns / 1e9)
    return value


@shared_task(name="crisper.retried", bind=True, max_retries=MAX_RETRIES)
def retried(self: Any, hiccups: int, value: Any) -> Any:
    """Retry itself by `self.retry`, as often as told; the error is raised when no retry is left."""
    if self.request.retries < hiccups:
        raise self.retry(exc=HiccupError(hiccups), countdown=0)
    return value


@shared_task(
    name="crisper.autoretried",
    bind=True,
    autoretry_for=(HiccupError,),
    retry_kwargs={"max_retries": MAX_RETRIES, "countdown": 0},
)
def autoretried(self: Any, hiccups: int, value: Any) -> Any:
    """Be retried by `autoretry_for`, as often as told; the error is raised when no retry is left."""
    if self.request.retries < hiccups:
        raise HiccupError(hiccups)
    return value
