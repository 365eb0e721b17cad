"""What a process does besides its calls: where it connects to, and what it warns of."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crisper.player.stage import Stage


#: What warnings do is one state of the whole process.
_ears = threading.Lock()


def connections(stage: Stage) -> None:
    """Note every address that this process connects to from now on; for a process of its own only."""

    def hear(event: str, details: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(details[1], tuple):
            stage.observe("connect", host=details[1][0], port=details[1][1])

    sys.addaudithook(hear)


def complaints(stage: Stage) -> None:
    """Note every warning, and every log record of that level or above; for a process of its own only."""
    stage.observe("listening")

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            stage.observe("complaint", text=_told(stage, record.getMessage()))

    logging.getLogger().addHandler(Ear(logging.WARNING))
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, *_, **__: stage.observe("complaint", text=_told(stage, str(message)))


@contextmanager
def warnings_of(stage: Stage) -> Iterator[list[str]]:
    """Note what is warned of meanwhile, and fill a list with it; by other threads too, if they do just then."""
    texts: list[str] = []
    with _ears, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield texts
    for each in heard:
        texts.append(_told(stage, str(each.message)))
        stage.observe("complaint", text=texts[-1])


def _told(stage: Stage, text: str) -> str:
    # Cut only afterwards: the half of a secret would not be known for one.
    return str(stage.secrets.hidden(text))[:200]
