"""What a real worker is asked to do; every task returns its last argument, unless it is said that it fails."""

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
