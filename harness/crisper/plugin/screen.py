"""What a session shows while it is played: one line that is rewritten in place, plain lines where it cannot be."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from crisper.player.progress import Progress


#: How often the line on a terminal is rewritten, and how often a plain line is written at most.
TURN_S = 0.25
EVERY_S = 10.0

_ERASE_TO_END = "\x1b[K"
_UP = "\x1b[A"


class Screen:
    """Writes only while pytest waits for a playing, from the thread that waits, and leaves pytest's own line as it was.

    So what is said meanwhile reaches the terminal although pytest captures output. Nothing is written under -qq.
    """

    def __init__(self, config: pytest.Config, progress: Progress) -> None:
        self._reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        self._capture = config.pluginmanager.get_plugin("capturemanager")
        self._writer: Any = self._reporter and config.get_terminal_writer()
        self._progress = progress
        self._silent = self._reporter is None or config.option.verbose < -1
        self._live = not self._silent and _rewritable(self._reporter)
        self._shown = ""
        self._written = time.monotonic()

    def wait(self, over: Callable[[float], bool]) -> None:
        """Show how it goes until something is over; `over` waits so many seconds for it at most."""
        if self._silent:
            while not over(TURN_S):
                pass
            return
        try:
            while not over(TURN_S):
                with self._uncaptured():
                    self._lines()
                    self._state()
        finally:
            with self._uncaptured():
                self._erase()

    def flush(self) -> None:
        """Write what was said and not shown yet."""
        if not self._silent:
            with self._uncaptured():
                self._lines()

    def _lines(self) -> None:
        for line in self._progress.taken():
            if not (self._live and line.milestone):
                self._erase()
                self._write(f"crisper: {line.text}")

    def _state(self) -> None:
        if self._live:
            self._draw(self._progress.told())
        elif time.monotonic() - self._written >= EVERY_S:
            self._write(f"crisper: {self._progress.told()}")

    def _write(self, text: str) -> None:
        if self._writer.width_of_current_line:
            self._writer.line()
        self._writer.line(text)
        # Where pytest has begun a line for the item that is waited for, it goes on with that line afterwards.
        if isinstance(self._reporter.currentfspath, str):
            self._writer.write(self._reporter.currentfspath)
        self._writer.flush()
        self._written = time.monotonic()

    def _draw(self, text: str) -> None:
        # Not by pytest's writer, which counts the columns of its own line.
        begin = "\n" if self._writer.width_of_current_line and not self._shown else "\r"
        text = text[: self._writer.fullwidth - 1]
        if text != self._shown:
            self._shown = text
            sys.stdout.write(f"{begin}{text}{_ERASE_TO_END}")
            sys.stdout.flush()

    def _erase(self) -> None:
        if not self._shown:
            return
        column = self._writer.width_of_current_line % self._writer.fullwidth
        # At the end of a full row the terminal would have gone on in the next one, where the line was drawn.
        back = f"{_UP}\x1b[{column + 1}G" if column else ""
        sys.stdout.write(f"\r{_ERASE_TO_END}{back}")
        sys.stdout.flush()
        self._shown = ""

    def _uncaptured(self) -> AbstractContextManager[None]:
        return nullcontext() if self._capture is None else self._capture.global_and_fixture_disabled()


def _rewritable(reporter: Any) -> bool:
    # https://docs.pytest.org/en/stable/explanation/ci.html names the variables.
    watched_by_machine = any(os.environ.get(name) for name in ("CI", "BUILD_NUMBER"))
    return bool(reporter.isatty()) and os.environ.get("TERM") != "dumb" and not watched_by_machine
