from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from concurrent.futures import ThreadPoolExecutor

import pytest


COLUMNS = 80

#: What a session is asked for, by name: two playings that are over at once, one that takes a second, one after it.
ASKED = {"dots": [], "quiet": ["-q"], "verbose": ["-v"], "colourless": ["-v", "--color=no"], "mute": ["-qq"]}
CHOSEN = "kept or hanging or lasting"

#: What makes a session a hundred times as impatient.
IMPATIENT = "from crisper.plugin import screen\n\nscreen.EVERY_S = 0.1\n"

SEQUENCE = re.compile(r"\x1b\[(\d*)(;[\d;]*)?([A-Za-z])")


class Terminal:
    """What a terminal of 80 columns shows after all that was written to it, as far as sessions write."""

    def __init__(self, text: str) -> None:
        self.rows: list[list[str]] = [[]]
        self.row = self.column = 0
        while text:
            if found := SEQUENCE.match(text):
                self._obey(found[3], int(found[1] or 1))
                text = text[found.end() :]
            else:
                self._show(text[0])
                text = text[1:]

    def lines(self) -> list[str]:
        return ["".join(row).rstrip() for row in self.rows]

    def _obey(self, what: str, number: int) -> None:
        if what == "K":
            del self.rows[self.row][self.column :]
        elif what == "A":
            self.row -= number
        elif what == "G":
            self.column = number - 1
        else:
            assert what == "m", what

    def _show(self, each: str) -> None:
        if each == "\r":
            self.column = 0
        elif each == "\n":
            self._down()
        else:
            if self.column == COLUMNS:
                self._down()
                self.column = 0
            row = self.rows[self.row]
            row += " " * (self.column + 1 - len(row))
            row[self.column] = each
            self.column += 1

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append([])


def watched(folder, *arguments, **environment) -> str:
    """Play a session on a terminal, and return all that was written to it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    asked = ["--backend", "memory", "--run", "run.jsonl", "-k", CHOSEN, *arguments]
    known = {name: value for name, value in os.environ.items() if name not in ("CI", "BUILD_NUMBER", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "crisper.plugin", *asked],
        cwd=folder,
        env=known | {"TERM": "xterm", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = b""
    with process:
        while piece := _read(ours):
            written += piece
    os.close(ours)
    return written.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # nobody holds the other end any more
        return b""


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    folder = tmp_path_factory.mktemp("screens")
    for name in ASKED:
        (folder / name).mkdir()
    return folder


@pytest.fixture(scope="module")
def written(screens, own):
    """Return what each session wrote to its terminal."""
    with ThreadPoolExecutor() as threads:
        played = {name: threads.submit(watched, own(screens / name), *asked) for name, asked in ASKED.items()}
    return {name: each.result() for name, each in played.items()}


@pytest.mark.parametrize("name", ["dots", "quiet", "verbose", "colourless"])
def test_a_terminal_shows_what_is_played(written, name):
    """While something is waited for, one line says how much is over, what is left, and who plays what."""
    assert re.search(r"2/4 over, (about \d+ s|time) left[^;]*; memory plays hanging\[kv\]\x1b\[K", written[name])


@pytest.mark.parametrize("name", ASKED)
def test_nothing_of_it_stays(written, name):
    """When all is over, the terminal shows pytest's own lines only, each where it would have been."""
    lines = Terminal(written[name]).lines()
    letters = {
        "dots": "scenario_own.py ..F.",
        "quiet": "..F.",
        "mute": "..F.",
        "verbose": "scenario_own.py::hanging[kv-memory] FAILED",
        "colourless": "scenario_own.py::hanging[kv-memory] FAILED",
    }[name]

    assert [] == [line for line in lines if " over, " in line]
    assert [COLUMNS - 1] == [len(line) for line in lines if re.fullmatch(rf"{re.escape(letters)} +\[ ?\d+%\]", line)], (
        lines
    )


def test_without_colours_there_are_none(written):
    """What `--color=no` asks for holds for the line that is rewritten, too."""
    assert ("\x1b[" in written["colourless"], None) == (True, re.search(r"\x1b\[[\d;]*m", written["colourless"]))


def test_qq_is_silent(written, screens):
    """Under -qq nothing of ours is shown; the Run and its report are written all the same."""
    assert [] == [word for word in ("over,", "result backends", "run.html", "\x1b[K") if word in written["mute"]]
    assert (screens / "mute" / "run.html").exists()


def test_a_machine_that_watches_a_terminal_gets_plain_lines(tmp_path, own):
    """In CI a line is never rewritten, even where there is a terminal."""
    text = watched(own(tmp_path), CI="true")

    assert ("\x1b[K" in text, True) == (False, "crisper: all of lane play is over after " in text)


def test_a_pipe_gets_plain_lines(tmp_path, own, play):
    """Where there is no terminal, lines say how it goes, and pytest goes on with its own line behind each."""
    folder = own(tmp_path)
    (folder / "conftest.py").write_text(IMPATIENT)
    output = play(folder, "-k", CHOSEN, "-vv").output

    assert re.search(r"^crisper: 2/4 over, .*; memory plays hanging\[kv\]$", output, re.MULTILINE), output
    assert re.search(r"^scenario_own.py::hanging\[kv-memory\] FAILED +\[ 75%\]$", output, re.MULTILINE), output
    assert re.search(r"^crisper: all of lane play is over after \d+ s$", output, re.MULTILINE), output
    assert "\x1b" not in output
