"""All contestants' processes in one Run: where they come from, who speaks to them, and what they cost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping

from crisper.player import contestants, nursery
from crisper.player.address import Address
from crisper.player.company import Company
from crisper.player.nursery import Nursery
from crisper.player.plan import Plan
from crisper.player.progress import Progress


#: How far what no time decides gives way to what is timed; and whoever has the most to play, since all wait for it:
#: https://man7.org/linux/man-pages/man2/nice.2.html
GIVES_WAY, LONGEST_GIVES_WAY = 10, 5


class Troupe:
    """Two companies for each contestant: calls of one would keep the other's watches waiting, for the interpreter and
    for a core. Their processes are forked by a nursery of the contestant's own, which has imported its driver: what
    hangs or ends there harms nobody else. `surroundings` are the environment of all of them besides ours.
    """

    def __init__(self, plan: Plan, surroundings: Mapping[str, str], run: str, progress: Progress) -> None:
        self.cpu_ns: dict[str, int] = {}
        self.timed: dict[str, Company] = {}
        self.busy: dict[str, Company] = {}
        self._plan = plan
        self._run = run
        self._progress = progress
        self._numbers = itertools.count(1)
        self._nurseries: dict[str, Nursery] = {}
        self._root = nursery.started(surroundings, sorted({entry.source for entry in plan.entries}))
        self._lock = threading.Lock()
        self._closing = threading.Lock()

    def company(self, name: str, where: Address, *, timed: bool) -> Company:
        """Return a new company of a contestant, for what is timed or for the rest.

        Raises HarnessError or OSError where its process cannot be had.
        """
        busy = LONGEST_GIVES_WAY if name == self._progress.longest() else GIVES_WAY
        company = Company(
            contestants.enter(self._plan, name, where, self._run, niceness=0 if timed else busy),
            self._nursery(name),
            has_kv="kv" in self._plan.backends[name].claims,
            numbers=self._numbers,
            begun=self._progress.begun,
        )
        with self._lock:
            (self.timed if timed else self.busy)[name] = company
        return company

    def end(self, name: str) -> None:
        """End one contestant's processes."""
        for companies in (self.timed, self.busy):
            if name in companies:
                companies[name].close()

    def close(self) -> None:
        """End all processes, and note what each contestant's cost; once is enough, more often is harmless."""
        # Two may do so at the same time: whoever comes second would find that nothing was spent.
        with self._closing:
            self.cpu_ns = self.cpu_ns or {name: each.spent_ns for name, each in list(self._nurseries.items())}
            for company in [*self.timed.values(), *self.busy.values()]:
                company.close()
            for each in [*self._nurseries.values(), self._root]:
                each.close()

    def _nursery(self, name: str) -> Nursery:
        with self._lock:
            if name not in self._nurseries:
                self._nurseries[name] = self._root.branch("crisper.player.child:prepare", self._plan.options[name])
            return self._nurseries[name]
