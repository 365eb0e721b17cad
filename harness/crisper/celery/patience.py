"""Calls that may never return: each is made in a thread of its own, and waited for only so long."""

from __future__ import annotations

import threading
from collections.abc import Callable


class NoAnswerError(TimeoutError):
    """The backend did not come back from a call while it was waited for; it may do so still."""


Answer = tuple[object, BaseException | None]


def within(limit_ns: int, call: Callable[[], Answer]) -> Answer:
    """Return what a call came to, or NoAnswerError as its error; its thread is left to itself then."""
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(call()), daemon=True, name="patience")
    thread.start()
    thread.join(limit_ns / 1e9)
    if answers:
        return answers[0]
    return None, NoAnswerError(f"no answer within {limit_ns / 1e9:g} s")
