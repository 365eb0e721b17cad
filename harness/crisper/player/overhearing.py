"""What a process does besides its calls: where it connects to, and what it warns of."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
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
    _listen(logging.WARNING, lambda record: stage.observe("complaint", text=_told(stage, record.getMessage())))
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


def leaks(stage: Stage, **kept: str) -> None:
    """Note every log record of level INFO or above that holds what is kept; for a process of its own only."""
    tell = logging.Formatter().format

    def hear(record: logging.LogRecord) -> None:
        text = tell(record)
        for what, secret in kept.items():
            if secret in text:
                stage.observe("leak", what=what, text=_told(stage, text))

    logging.getLogger().setLevel(logging.INFO)
    _listen(logging.INFO, hear)


def _listen(level: int, hear: Callable[[logging.LogRecord], None]) -> None:
    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            hear(record)

    logging.getLogger().addHandler(Ear(level))


def _told(stage: Stage, text: str) -> str:
    # Cut only afterwards: the half of a secret would not be known for one.
    return str(stage.secrets.hidden(text))[:200]
