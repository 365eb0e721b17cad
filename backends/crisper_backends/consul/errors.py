"""The ways in which Consul, or what it was asked, can fail a result."""

from __future__ import annotations

from celery.exceptions import BackendError, BackendStoreError
from kombu.exceptions import EncodeError


class UnavailableError(BackendError):  # type: ignore[misc]
    """Consul could not be reached or had no leader in time: the same call may succeed later."""


class RefusedError(BackendError):  # type: ignore[misc]
    """Consul answered that this call cannot succeed as it stands: forbidden, malformed, or set so by its operator."""


class LaterFormatError(BackendError):  # type: ignore[misc]
    """The entry was written by a release of this backend newer than the one that reads it."""


class TooLargeError(BackendStoreError, EncodeError):  # type: ignore[misc]
    """The value exceeds what Consul can hold.

    An `EncodeError` too, because only those does a Celery 5.6 worker turn into the task's FAILURE:
    https://github.com/celery/celery/blob/v5.6.2/celery/app/trace.py#L553
    """
