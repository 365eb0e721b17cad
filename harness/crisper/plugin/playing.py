"""The session: a Player for the plan, a Run file for the records, an exit code for the gate."""

from __future__ import annotations

import os
import platform
import secrets
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from crisper import runs
from crisper.errors import HarnessError, RunError, UsageError
from crisper.gate import ExitCode, complaints, exit_code
from crisper.player.plan import Plan
from crisper.player.player import Player
from crisper.player.progress import Progress
from crisper.plugin import again, closing, ending, options
from crisper.plugin.collecting import ASKED
from crisper.plugin.items import PLAYER, SCREEN, PlayItem
from crisper.plugin.screen import Screen
from crisper.plugin.whole import Whole
from crisper.reproduction import making
from crisper.runs import Footer, Header
from crisper.secrecy import redacted
from crisper.servers.parallel import Servers


RUN = pytest.StashKey["Session"]()

#: Where pytest's cache keeps how long playings took.
SPANS = "crisper/spans"


class Session:
    """What is open while a plan is played; closing it leaves nothing behind."""

    def __init__(self, config: pytest.Config, items: list[PlayItem]) -> None:
        self.plan = _plan(config, items)
        self.cache = getattr(config, "cache", None)
        self.progress = Progress(self.plan, self.cache.get(SPANS, {}) if self.cache else {})
        self.screen = Screen(config, self.progress)
        self.updating = bool(config.option.update_deviations)
        self.whole = Whole(self.plan)
        if self.updating:
            self.whole.expect(config)
        self.started_ns = time.monotonic_ns()
        run = secrets.token_hex(4)
        started = datetime.now(tz=UTC)
        self.stale: list[str] = []
        self.lines: list[str] = []
        self.linked = config.option.run is None
        self.path = Path(config.option.run or f".runs/{started:%Y-%m-%d-%H%M%S}-{run}.jsonl")
        self.writer = runs.created(self.path, "--run")
        self.writer.write(_header(self.plan, run, started, config))
        self.servers = Servers(images=self.plan.images, say=self.progress.say)
        self.player = Player(self.plan, self.servers, self.writer, run, self.progress)
        self.commands = again.commands(config, items, self.plan)

    def start(self) -> None:
        """Start the servers, and the Player behind them."""
        self.servers.__enter__()
        self.player.start()

    def judge(self, exitstatus: int) -> int:
        """Return the exit code: the gate's, once all has been played."""
        self.stale = self.whole.stale(self.player)
        return exit_code(self.player.rulings, self.stale) or exitstatus

    def finish(self, *, complete: bool, code: int) -> int:
        """End everything, and the Run with a footer if it came to its end; return the exit code."""
        self.player.stop()
        self.servers.close()
        try:
            self._conclude(complete=complete, code=code)
        except RunError as error:
            if complete:  # else it was why all was stopped
                self.progress.say(str(error))
            code = ExitCode.harness_error if complete else code
        self.writer.close()
        self.lines = list(closing.closed(self.path, linked=self.linked))
        if self.cache:
            self.cache.set(SPANS, self.progress.spans())
        self.screen.flush()
        return code

    def _conclude(self, *, complete: bool, code: int) -> None:
        found = list(making.reproductions(runs.read(self.path), self.commands))
        for each in found:
            self.writer.write(each)
        if complete:
            self.writer.write(self._footer(code))
        try:
            making.write(self.path, found)
            if complete and self.updating:
                proposed = self.whole.propose(self.path, self.player.rulings, self.stale)
                self.progress.say(f"proposed deviations: {proposed}")
        except RunError as error:  # all that counts is in the Run
            self.progress.say(str(error))

    def _footer(self, code: int) -> Footer:
        return Footer(
            ended=datetime.now(tz=UTC).isoformat(timespec="seconds"),
            outcome="complete",
            exit_code=code,
            timings_ns={"total": time.monotonic_ns() - self.started_ns, **self.player.timings_ns},
            cpu_ns=self.player.cpu_ns,
            complaints=[*complaints(self.player.rulings), *self.stale],
        )


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say nothing unless there is something of ours to say."""
    return f"crisper: seed {config.option.seed}" if config.option.seed is not None else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Start playing as soon as the plan is known; pytest's own loop then waits for each item."""
    items = [item for item in session.items if isinstance(item, PlayItem)]
    broken = session.testsfailed and not session.config.option.continue_on_collection_errors
    if not items or session.config.option.collectonly or broken:
        return
    ending.listen()
    try:
        opened = session.config.stash[RUN] = Session(session.config, items)
        session.config.stash[PLAYER] = opened.player
        session.config.stash[SCREEN] = opened.screen
        opened.start()
    except HarnessError as error:
        code = ExitCode.usage if isinstance(error, UsageError) else ExitCode.harness_error
        pytest.exit(f"crisper: {error}", returncode=code)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Let the gate, not the count of failures, decide the exit code; then end the Run."""
    opened = session.config.stash.get(RUN, None)
    if opened is None:
        return
    code = int(exitstatus)
    complete = code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not session.shouldfail
    if complete:
        session.exitstatus = code = opened.judge(code)
    session.exitstatus = opened.finish(complete=complete, code=code)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was found, and where the Run and its report are."""
    opened = terminalreporter.config.stash.get(RUN, None)
    if opened is None or terminalreporter.verbosity < -1:
        return
    terminalreporter.section("result backends")
    for line in opened.lines:
        terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whatever happened, leave no server and no process behind."""
    opened = config.stash.get(RUN, None)
    if opened is not None:
        opened.player.stop()
        opened.servers.close()


def _plan(config: pytest.Config, items: list[PlayItem]) -> Plan:
    asked = config.stash[ASKED]
    taking_part = {item.entry.play.contestant for item in items}
    return Plan(
        entries=[item.entry for item in items],
        backends={name: backend for name, (_, backend) in asked.items() if name in taking_part},
        options={name: option for name, (option, _) in asked.items()},
        seed=options.seed(config),
        profile=config.option.profile,
        images=options.images(config),
        destructive=config.option.allow_destructive,
        strict=options.strict(config),
    )


def _header(plan: Plan, run: str, started: datetime, config: pytest.Config) -> Header:
    arguments = [redacted(each) if "://" in each else each for each in config.invocation_params.args]
    return Header(
        run=run,
        started=started.isoformat(timespec="seconds"),
        anchor_ns=time.monotonic_ns(),
        seed=plan.seed,
        profile=plan.profile,
        command=["pytest", *arguments],
        machine=_machine(),
        versions={
            "celery-crisper": version("celery-crisper"),
            "celery": version("celery"),
            "python": sys.version.split()[0],
        },
        clauses=plan.clauses(),
        scenarios=plan.scenarios(),
        plan=[entry.play for entry in plan.entries],
    )


def _machine() -> dict[str, str | int]:
    return {
        "system": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    }
