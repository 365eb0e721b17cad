"""The lane of watches: those of every day all at once, since their waiting is paid once; long ones after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from crisper.player.company import Company, Pending
from crisper.player.plan import Entry
from crisper.scenario import Scenario


#: Long watches of one contestant at a time: each looks at hundreds of keys; more would look at all of them too late.
FEW = 2


def watched(
    company: Company,
    entries: Sequence[Entry],
    *,
    finished: Callable[[Company, Pending], bool],
    settle: Callable[[Company, Entry], None],
) -> None:
    """Play one contestant's watches; one that was lost through another's fault is played once more."""
    begun = [company.begin(entry) for entry in entries if not long(entry)]
    for entry in [pending.entry for pending in begun if not finished(company, pending)]:
        settle(company, entry)
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
    return isinstance(entry.scenario, Scenario) and entry.scenario.full
