"""The ways in which the harness itself, never a backend, can fail."""

from __future__ import annotations


class HarnessError(Exception):
    """Something of ours, or of the user's input, is wrong; a backend's fault is a verdict instead.

    `hint` names what to change, and is shown on the same line as the message.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(HarnessError):
    """What the user asked for cannot be done as it was asked."""


class ServerError(HarnessError):
    """A server could not be had, or went away."""


class RunError(HarnessError):
    """A Run file cannot be read as one."""


class DeviationError(HarnessError):
    """A file of known deviations is malformed."""
