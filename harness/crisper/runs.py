"""A Run: one file of JSON lines, from a header, through records, to a footer that says it is complete."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from crisper.clauses import Capability, Clause, Layer
from crisper.deviations import Deviation
from crisper.errors import RunError, UsageError
from crisper.history import History, Play
from crisper.measurements import Bounds, Lifetimes, Measurement
from crisper.reproduction.record import Reproduction
from crisper.verdicts import Verdict


#: Grows when a reader of the older format could misread the newer one.
FORMAT = 1


class ScenarioInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a report needs to know of a scenario: its promise in words, its clauses, its lane and its budget."""

    id: str
    sentence: str
    clauses: list[str]
    lane: str
    budget_ops: int
    budget_ns: int


class Header(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="header"):
    """Who, when, where and what was planned. `plan` names every playing, so that a missing one can be told.

    `started` is ISO 8601 in UTC; `anchor_ns` is CLOCK_MONOTONIC at that moment; `parent` is the Run that was judged
    again.
    """

    format: int = FORMAT
    run: str
    started: str
    anchor_ns: int
    seed: int
    profile: str
    command: list[str]
    machine: dict[str, str | int]
    versions: dict[str, str]
    clauses: list[Clause]
    scenarios: list[ScenarioInfo]
    plan: list[Play]
    parent: str | None = None


class ServerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A started engine as a Run remembers it; no address, since it is gone when the Run is read."""

    engine: str
    version: str
    image: str | None = None
    digest: str | None = None
    profile: Literal["volatile", "durable", "relayed", "replicated", "yours", "embedded"] = "volatile"
    proxied: bool = False
    started_in_ns: int | None = None


class ContestantInfo(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="contestant"):
    """A Backend on a Server, as it stood in this Run. Neither `url` nor `broker` ever holds a password.

    `broker` is told where results travel through it. `failure` says why it never took part, where it did not.
    """

    name: str
    url: str
    broker: str | None = None
    layers: list[Layer]
    claims: list[Capability]
    facts: dict[str, int | None]
    deviations: list[Deviation]
    celery: str
    client: str
    server: ServerInfo | None = None
    failure: str | None = None

    @property
    def versions(self) -> str:
        """Celery's version, the client's where that is another package, and the server's, as a person says them."""
        celery = f"Celery {self.celery}"
        client = f"client {self.client}" if self.client.lower() not in {"", celery.lower()} else ""
        engine = f"server {self.server.engine} {self.server.version}".strip() if self.server else ""
        return ", ".join(filter(None, [celery, client, engine]))


class Footer(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="footer"):
    """The last line of a complete Run. `timings_ns` says where the wall time went, `cpu_ns` what each contestant cost.

    That is the CPU time of its processes on this side of the wire, and of its workers; servers are not counted.
    `complaints` are what the gate found wrong with known deviations: file and line, and what to change.
    """

    ended: str
    outcome: str
    exit_code: int
    timings_ns: dict[str, int] = {}
    cpu_ns: dict[str, int] = {}
    complaints: list[str] = []


Record = Header | ContestantInfo | History | Verdict | Measurement | Lifetimes | Bounds | Reproduction | Footer


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of a Run, whichever record it holds."""
    about = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"a line of a Run, format {FORMAT}",
    }
    return about | msgspec.json.schema(Record)


_decode = msgspec.json.Decoder(Record).decode


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A Run as read: what it holds, and what it was cut off from."""

    path: str
    header: Header
    contestants: list[ContestantInfo]
    histories: list[History]
    verdicts: list[Verdict]
    measurements: list[Measurement]
    lifetimes: list[Lifetimes]
    bounds: list[Bounds]
    reproductions: list[Reproduction]
    footer: Footer | None
    torn: bool = False

    @property
    def complete(self) -> bool:
        """Whether the Run came to its end: it has a footer and no torn last line."""
        return self.footer is not None and not self.torn

    @property
    def cut(self) -> str | None:
        """What is to be said where the Run was cut off, in a line that names what is missing."""
        if self.complete:
            return None
        missing = self.missing
        what = f"{len(missing)} planned playings are missing, {missing[0]} for one" if missing else "it has no footer"
        return f"{self.path} was cut off: {what}"

    @property
    def missing(self) -> list[Play]:
        """The playings that were planned and left no trace in this Run."""
        judged = {verdict.play for verdict in self.verdicts}
        measured = {(each.scenario, each.layer, each.contestant) for each in self.measurements}
        lacking = {
            (layer, each.name) for each in self.contestants for layer in get_args(Layer) if layer not in each.layers
        }
        return [
            play
            for play in self.header.plan
            if play not in judged
            and (play.scenario, play.layer, play.contestant) not in measured
            and (play.layer, play.contestant) not in lacking
        ]


class Writer:
    """Appends records to a Run file, each flushed whole, so that what was written survives a kill."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.failure: RunError | None = None
        self._file = path.open("xb", buffering=0)
        self._encode = msgspec.json.Encoder().encode
        self._lock = threading.Lock()

    def write(self, *records: Record) -> None:
        """Append records, one behind the other.

        Raises RunError where the disk refuses it, and from then on for every record: nothing stands behind a torn one.
        """
        line = b"".join(self._encode(each) + b"\n" for each in records)
        with self._lock:
            if self.failure is None:
                self._append(line)
            if self.failure is not None:
                raise self.failure

    def _append(self, line: bytes) -> None:
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            message = f"cannot write to the Run {self.path}: {error.strerror}"
            self.failure = RunError(message, hint="free some space, or choose another file with --run")

    def close(self) -> None:
        """Close the file; the footer, if any, has been written by then."""
        self._file.close()


def created(path: Path, option: str) -> Writer:
    """Return what writes a new Run; the option is the one by which its file is chosen.

    Raises UsageError where there is something already, or no file can be made.
    """
    try:
        return Writer(path)
    except OSError as error:
        if path.exists():
            message = f"{option} {path}: {'it is a folder' if path.is_dir() else 'the file exists'}"
            raise UsageError(message, hint="choose another name; a Run is never overwritten") from error
        where = "" if error.filename in (None, str(path)) else f"{error.filename}: "
        message = f"{option} {path}: {where}{error.strerror}"
        raise UsageError(message, hint="choose a place where a file can be made") from error


def read(path: Path) -> Run:
    """Return the Run in a file.

    A torn last line (the writer was killed) is left out and remembered. Raises RunError, naming file and line, where
    there is no Run to read.
    """
    records, torn = _records(path)
    first = next(records, None)
    if not isinstance(first, Header):
        message = f"{path} is not a Run: its first line is not a header"
        raise RunError(message, hint="a Run is written by pytest --run FILE")
    others = list(records)
    if any(isinstance(each, Header) for each in others):
        message = f"{path} holds more than one Run"
        raise RunError(message, hint="each has a file of its own, which begins with its header")
    return _assembled(path, first, others, torn=torn)


def _assembled(path: Path, header: Header, records: list[Any], *, torn: bool) -> Run:
    def only(kind: type) -> list[Any]:
        return [record for record in records if isinstance(record, kind)]

    return Run(
        path=str(path),
        header=header,
        contestants=only(ContestantInfo),
        histories=only(History),
        verdicts=only(Verdict),
        measurements=only(Measurement),
        lifetimes=only(Lifetimes),
        bounds=only(Bounds),
        reproductions=only(Reproduction),
        footer=next(iter(only(Footer)), None),
        torn=torn,
    )


def _records(path: Path) -> tuple[Iterator[Record], bool]:
    try:
        text = path.read_bytes()
    except OSError as error:
        message = f"cannot read the Run {path}: {error.strerror}"
        raise RunError(message) from error
    if not text.strip():
        message = f"{path} is empty: no Run was written to it"
        raise RunError(message)
    torn = not text.endswith(b"\n")
    lines = text.split(b"\n")[:-1]
    if not lines:
        message = f"{path} is cut off within its first line: nothing of this Run can be read"
        raise RunError(message)
    _expect_format(path, lines[0])
    return (_record(path, number, line) for number, line in enumerate(lines, 1)), torn


def _expect_format(path: Path, line: bytes) -> None:
    try:
        first = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return
    found = first.get("format") if isinstance(first, dict) else None
    if isinstance(found, int) and found > FORMAT:
        message = f"{path} has Run format {found}; this Crisper reads up to {FORMAT}"
        raise RunError(message, hint="upgrade celery-crisper")


def _record(path: Path, number: int, line: bytes) -> Record:
    try:
        record: Record = _decode(line)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        message = f"{path}, line {number}, is not a record of a Run: {error}"
        raise RunError(message) from error
    return record
