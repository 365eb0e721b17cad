"""The lane of watches: those of every day beside each other, since their waiting is paid once; long ones after them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

from crisper.player.company import Company, Pending
from crisper.player.plan import Entry
from crisper.scenario import Scenario


#: Long watches of one contestant at a time: each looks at hundreds of keys; more would look at all of them too late.
FEW = 2

#: How long nothing is watched for the sake of a contestant that has not come yet.
GATHERED_WITHIN_S = 30.0

#: Watches that declare more are begun after the others have had this long: what they first make keeps all others late,
#: and of those many judge tenths of a second.
LIGHT_OPS, LIGHT_FIRST_S = 600, 6.0

#: Watches that may last so long begin at once: most of it is waiting, and everybody would wait for them in the end.
PATIENT_SECONDS = 120

#: So many contestants begin with those at once, the next ones when the first lives have ended.
HEAVY_AT_ONCE, HEAVY_FOR_S = 3, 12.0


class Gathering:
    """Who is still to come: while servers start and processes import, what is watched is looked at too late."""

    def __init__(self, contestants: Iterable[str]) -> None:
        self._coming = set(contestants)
        self._changed = threading.Condition()
        self._until = time.monotonic() + GATHERED_WITHIN_S
        self._turns = threading.Semaphore(HEAVY_AT_ONCE)

    def arrived(self, contestant: str) -> None:
        """Note that a contestant is ready to play, or will never be."""
        with self._changed:
            self._coming.discard(contestant)
            self._changed.notify_all()

    def expect_all(self, given_up: Callable[[], bool]) -> None:
        """Wait until everybody is there, for a while, or until it is all given up."""
        with self._changed:
            while self._coming and not given_up() and (left := self._until - time.monotonic()) > 0:
                self._changed.wait(min(left, 0.2))

    def expect_turn(self, given_up: Callable[[], bool]) -> None:
        """Wait until few enough others are at the beginning of what makes many calls, or until it is all given up."""
        while not self._turns.acquire(timeout=0.2):
            if given_up():
                return
        over = threading.Timer(HEAVY_FOR_S, self._turns.release)
        over.daemon = True
        over.start()


def watched(
    company: Company,
    entries: Sequence[Entry],
    *,
    expect_all: Callable[[], None],
    expect_turn: Callable[[], None],
    finished: Callable[[Company, Pending], bool],
    settle: Callable[[Company, Entry], None],
) -> None:
    """Play one contestant's watches; what `finished` does not settle is played again."""
    everyday = [entry for entry in entries if not long(entry)]
    patiently = [company.begin(entry) for entry in everyday if patient(entry)]
    expect_all()
    begun = [company.begin(entry) for entry in everyday if light(entry) and not patient(entry)]
    wait([pending.future for pending in [*patiently, *begun]], timeout=LIGHT_FIRST_S)
    if heavy := [entry for entry in everyday if not light(entry)]:
        expect_turn()
        begun += [company.begin(entry) for entry in heavy]
    # Those that last a minute are asked last: what is played again should not wait for them.
    left = [*begun, *patiently]
    while left:
        left = [company.begin(pending.entry) for pending in left if not finished(company, pending)]
    with ThreadPoolExecutor(FEW, thread_name_prefix="watches") as threads:
        for each in [threads.submit(settle, company, entry) for entry in entries if long(entry)]:
            each.result()


@contextmanager
def beside(watching: Callable[[], None], *, give_up: Callable[[], None]) -> Iterator[None]:
    """Watch while the block does something else, and until all is over; give up where the block raises."""
    with ThreadPoolExecutor(1, thread_name_prefix="watches") as threads:
        watches = threads.submit(watching)
        try:
            yield
        except BaseException:
            give_up()
            raise
        watches.result()


def long(entry: Entry) -> bool:
    """Whether a watch is too long for every day."""
    return _scenario(entry).full


def patient(entry: Entry) -> bool:
    """Whether a watch makes few calls and may last minutes: no tenth of a second decides it."""
    return light(entry) and _scenario(entry).seconds >= PATIENT_SECONDS


def light(entry: Entry) -> bool:
    """Whether a watch makes few calls."""
    return _scenario(entry).ops <= LIGHT_OPS


def _scenario(entry: Entry) -> Scenario:
    assert isinstance(entry.scenario, Scenario)
    return entry.scenario
