"""Plays a whole plan: all contestants side by side first, then the measurements, one at a time."""

from __future__ import annotations

import datetime as dt
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import get_args

from crisper.backends import Engine
from crisper.errors import HarnessError, RunError
from crisper.gate import Ruling, ruled
from crisper.history import Play
from crisper.judging import judged, known, lacks_layer, no_layer, unplayed
from crisper.lasting import lasted
from crisper.measurements import Measurement
from crisper.player import contestants, measuring
from crisper.player.address import Address
from crisper.player.again import Again
from crisper.player.alone import AT_MOST, Alone, Ending
from crisper.player.company import Company, Pending
from crisper.player.plan import Entry, Plan
from crisper.player.post import PostOffice
from crisper.player.progress import Progress
from crisper.player.troupe import Troupe
from crisper.player.watches import Gathering, beside, watched
from crisper.runs import ContestantInfo, Writer
from crisper.scenario import Lane, Scenario
from crisper.servers.parallel import Servers
from crisper.servers.server import Server
from crisper.verdicts import Finding, Verdict, undecided


Outcome = list[Ruling] | list[Measurement]

#: The lanes in which time decides.
TIMED: tuple[Lane, ...] = ("watch", "measure")


class Player:
    """Plays a plan in the background; `outcome` waits for one playing's."""

    def __init__(self, plan: Plan, servers: Servers, writer: Writer, run: str, progress: Progress) -> None:
        self.rulings: list[Ruling] = []
        self.timings_ns: dict[str, int] = {}
        self._plan = plan
        self._servers = servers
        self._writer = writer
        self._progress = progress
        self._outcomes: dict[Play, Future[Outcome]] = {entry.play: Future() for entry in plan.entries}
        for play, outcome in self._outcomes.items():
            outcome.add_done_callback(partial(progress.over, play))
        self._infos: dict[str, ContestantInfo] = {}
        self._troupe = Troupe(plan, servers.surroundings, run, progress)
        self._stands: dict[str, Server] = {}
        self._failed: set[str] = set()
        self._again = Again()
        self._stopping = threading.Event()
        self._gathering = Gathering(plan.contestants)
        self._slots = threading.BoundedSemaphore(AT_MOST)
        self._lock = threading.Lock()
        self._post = PostOffice(servers, servers.folder, progress)
        self._thread = threading.Thread(target=self._play, daemon=True, name="player")

    def start(self) -> None:
        """Begin with all contestants at once."""
        self._thread.start()

    def outcome(self, play: Play) -> Outcome:
        """Wait for what came of one playing.

        Raises HarnessError where the harness failed before it.
        """
        return self._outcomes[play].result()

    def over(self, play: Play, within_s: float) -> bool:
        """Wait for one playing so long at most; return whether it is over.

        Raises RunError where the Run is cut off, since its file takes no more.
        """
        done = wait([self._outcomes[play]], timeout=within_s).done
        if self._writer.failure is not None:
            raise self._writer.failure
        return bool(done)

    def stop(self) -> None:
        """End whatever is still being played, and wait until it has ended."""
        self._stopping.set()
        self._troupe.close()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    @property
    def cpu_ns(self) -> dict[str, int]:
        """What each contestant cost, in CPU time, its workers included; empty until all is over."""
        return self._troupe.cpu_ns

    def info(self, contestant: str) -> ContestantInfo:
        """Return a contestant as it stands in this Run."""
        return self._infos[contestant]

    def _play(self) -> None:
        started_ns = time.monotonic_ns()
        threads = [
            threading.Thread(target=self._guarded, args=(name,), daemon=True, name=name)
            for name in self._plan.contestants
        ]
        if any(map(self._plan.needs_workers, self._plan.contestants)):
            threading.Thread(target=self._post.url, daemon=True, name="post").start()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.timings_ns["play"] = time.monotonic_ns() - started_ns
        started_ns = time.monotonic_ns()
        with suppress(RunError):  # whoever waits for a playing is told
            self._measure()
        self.timings_ns["measure"] = time.monotonic_ns() - started_ns
        self._troupe.close()
        self._settle_rest()

    def _measure(self) -> None:
        companies = {name: company for name, company in self._troupe.timed.items() if name not in self._failed}
        heard = self._progress.measuring
        for entry, measurements in measuring.measured(self._plan, companies, self._stopping.is_set, heard):
            for measurement in measurements:
                self._writer.write(measurement)
            self._outcomes[entry.play].set_result(measurements)

    def _guarded(self, name: str) -> None:
        try:
            self._contestant(name)
        except RunError:  # whoever waits for a playing is told
            self._stopping.set()
        except Exception as error:  # noqa: BLE001 - whatever breaks here is said to be ours, and leaves no gap
            if not self._stopping.is_set():
                ours = not isinstance(error, HarnessError | OSError)
                self._fail(name, HarnessError(f"the harness broke: {error!r}") if ours else error)
        finally:
            self._gathering.arrived(name)

    def _contestant(self, name: str) -> None:
        started_ns = time.monotonic_ns()
        backend = self._plan.backends[name]
        server = self._server(name, backend.engine) if backend.engine else None
        where = contestants.address(backend, server, self._servers.folder)
        timed = any(entry.scenario.lane in TIMED for entry in self._plan.of(name))
        company = self._troupe.company(name, where, timed=timed)
        self._admit(name, contestants.info(backend, company.entered, where, server))
        entries = [entry for entry in self._plan.of(name) if not self._absent(entry)]
        lanes = {lane: [entry for entry in entries if entry.scenario.lane == lane] for lane in get_args(Lane)}

        def watching() -> None:
            watched(
                company,
                lanes["watch"],
                expect_all=partial(self._gathering.expect_all, self._stopping.is_set),
                expect_turn=partial(self._gathering.expect_turn, self._stopping.is_set),
                finished=self._finished,
                settle=self._settle,
            )

        with beside(watching, give_up=partial(self._give_up, name, company)):
            if lanes["play"] or lanes["alone"]:
                # In other files than what is timed, which would wait for their locks.
                apart = contestants.address(backend, server, self._servers.folder / "busy")
                busy = self._troupe.busy.get(name) or self._troupe.company(name, apart, timed=False)
                self._gathering.arrived(name)
                self._rounds(name, busy, apart, lanes)
            self._gathering.arrived(name)
        self.timings_ns[name] = time.monotonic_ns() - started_ns

    def _give_up(self, name: str, company: Company) -> None:
        # What is under way is over then, and comes to nothing.
        self._failed.add(name)
        company.close()

    def _server(self, name: str, engine: Engine) -> Server:
        with self._progress.awaiting(name, f"its server {engine.name}"):
            self._stands[name] = server = self._servers.future(engine).result()
        self._progress.up(server)
        return server

    def _rounds(self, name: str, company: Company, where: Address, lanes: dict[str, list[Entry]]) -> None:
        tasks = [entry for entry in lanes["play"] if entry.play.layer == "task"]
        with ThreadPoolExecutor(2, thread_name_prefix=name) as threads:
            others = (
                threads.submit(self._break, name, company, lanes["alone"]),
                threads.submit(self._work, company, where, tasks),
            )
            for entry in lanes["play"]:
                if entry.play.layer != "task":
                    self._settle(company, entry)
            for each in others:
                each.result()

    def _work(self, company: Company, where: Address, entries: list[Entry]) -> None:
        if entries:
            # What sends its results through a broker has to get its tasks from the same one.
            with self._progress.awaiting(entries[0].play.contestant, "the broker of its workers"):
                company.hire(where.broker or self._post.url())
        for entry in entries:
            self._settle(company, entry)

    def _settle(self, company: Company, entry: Entry) -> None:
        over = self._stopping.is_set()
        while not over:
            over = self._finished(company, company.begin(entry))

    def _finished(self, company: Company, pending: Pending) -> bool:
        return self._stopping.is_set() or self._judge(pending.entry, company.finish(pending))

    def _break(self, name: str, company: Company, entries: list[Entry]) -> None:
        backend = self._plan.backends[name]
        for entry in entries:
            finding = contestants.unbreakable(backend, entry.scenario, destructive=self._plan.destructive)
            if finding is not None:
                self._judge(entry, finding)
        alone = Alone(backend, company, self._servers, slots=self._slots, stopping=self._stopping.is_set)
        left = [each for each in entries if not self._outcomes[each.play].done()]
        while left and not self._stopping.is_set():
            left = [entry for entry, outcome in alone.played(left) if not self._judge(entry, outcome)]

    def _absent(self, entry: Entry) -> bool:
        if not lacks_layer(entry.play.layer, self._infos[entry.play.contestant].claims):
            return False
        if isinstance(entry.scenario, Scenario):
            self._rule(entry, unplayed(entry.play, entry.scenario.checks, no_layer(entry.play.layer)))
        else:
            self._outcomes[entry.play].set_result([])
        return True

    def _judge(self, entry: Entry, outcome: Ending) -> bool:
        """Return whether that is all: False where it is to be played again."""
        assert isinstance(entry.scenario, Scenario)
        if self._stopping.is_set() or entry.play.contestant in self._failed:
            return True
        if outcome is None:
            if self._again.lost(entry.play):
                return False
            outcome = "lost twice with the contestant's process, through the fault of others"
        # A server that was broken on purpose is waited for by whoever breaks it.
        if entry.scenario.lane != "alone" and not isinstance(outcome, Finding) and contestants.troubled(outcome):
            self._expect_servers(entry.play)
        if isinstance(outcome, Finding | str):
            outcome = undecided(outcome) if isinstance(outcome, str) else outcome
            self._rule(entry, unplayed(entry.play, entry.scenario.checks, outcome))
            return True
        verdicts = judged(outcome, entry.scenario, known(self._infos[entry.play.contestant]))
        if self._again.undecided(outcome, verdicts):
            return False
        settled, verdicts = self._again.settled(outcome, verdicts)
        self._writer.write(settled, *lasted(settled, entry.scenario.promises))
        self._rule(entry, verdicts)
        return True

    def _expect_servers(self, play: Play) -> None:
        # What went wrong is nobody's fault but the server's where that is gone; nor can anything else be played then.
        servers = [self._stands.get(play.contestant), self._post.server if play.layer == "task" else None]
        for server in filter(None, servers):
            server.expect_answer()

    def _rule(self, entry: Entry, verdicts: list[Verdict]) -> None:
        today = dt.datetime.now(tz=dt.UTC).date()
        info = self._infos[entry.play.contestant]
        rulings = [ruled(each, info, today=today, strict=self._plan.strict) for each in verdicts]
        for each in rulings:
            self._writer.write(each.verdict)
        with self._lock:
            self.rulings += rulings
        self._outcomes[entry.play].set_result(rulings)

    def _admit(self, name: str, info: ContestantInfo) -> None:
        self._infos[name] = info
        self._writer.write(info)

    def _fail(self, name: str, error: Exception) -> None:
        self._progress.say(f"{name}: {error}")
        self._failed.add(name)
        self._troupe.end(name)
        if name not in self._infos:
            self._admit(name, contestants.absent(self._plan.backends[name], str(error)))
        finding = Finding(word="error", because=str(error))
        for entry in self._plan.of(name):
            if self._outcomes[entry.play].done():
                continue
            if isinstance(entry.scenario, Scenario):
                self._rule(entry, unplayed(entry.play, entry.scenario.checks, finding))
            else:
                self._outcomes[entry.play].set_exception(HarnessError(str(error)))

    def _settle_rest(self) -> None:
        for outcome in self._outcomes.values():
            if not outcome.done():
                outcome.set_exception(HarnessError("it was not played: the Run was stopped before"))
