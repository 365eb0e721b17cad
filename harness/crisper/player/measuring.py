"""The lane in which nothing else runs: rounds of short blocks, the contestants taking turns within each."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from hdrh.histogram import HdrHistogram

from crisper.measurements import DIGITS, HIGHEST_NS, LOWEST_NS, Measurement, Validity, enough, quantile
from crisper.player.bench import CALLS, Block
from crisper.player.company import Company
from crisper.player.plan import Entry, Plan
from crisper.player.process import GoneError
from crisper.scenario import Workload


BLOCK_NS = 50_000_000
ROUNDS = {"quick": 4, "full": 30}
#: The fewest calls of one block, however slow they are: twenty in all, for a median.
FEWEST = 5
#: A call must cost at least this many times what the timing loop itself costs.
LOOP_SHARE = 5


@dataclass
class Cell:
    """One operation at one size on one contestant, while it is being measured."""

    entry: Entry
    size: int
    latencies: list[int] = field(default_factory=list)
    rounds_p50_ns: list[int] = field(default_factory=list)
    failures: int = 0
    because: str = ""
    lost: bool = False


def measured(
    plan: Plan, companies: Mapping[str, Company], stopping: Callable[[], bool], heard: Callable[[int, int], None]
) -> Iterator[tuple[Entry, list[Measurement]]]:
    """Yield the Measurements of each entry of the lane, once all rounds are over; `heard` of each that begins.

    The first round prepares and warms up, all contestants at once, and is thrown away. In the others neighbours take
    turns, and every other one runs backwards, so that a drift of the machine touches all contestants alike.
    """
    cells = [
        Cell(entry, size)
        for entry in plan.entries
        if isinstance(entry.scenario, Workload) and _takes_part(entry, companies)
        for size in entry.scenario.sizes
    ]
    cells.sort(key=lambda cell: (cell.entry.scenario.id, cell.size))
    rounds = ROUNDS[plan.profile]
    if cells:
        heard(0, rounds)
        _warm_up(cells, companies, stopping)
    for number in range(1, rounds + 1 if cells else 0):
        heard(number, rounds)
        for cell in cells if number % 2 else reversed(cells):
            if stopping():
                return
            _turn(cell, companies[cell.entry.play.contestant])
    for entry in dict.fromkeys(id(cell.entry) for cell in cells):
        mine = [cell for cell in cells if id(cell.entry) == entry]
        loop_ns = companies[mine[0].entry.play.contestant].entered.overhead_ns
        yield mine[0].entry, [_measurement(cell, loop_ns) for cell in mine]


def _takes_part(entry: Entry, companies: Mapping[str, Company]) -> bool:
    company = companies.get(entry.play.contestant)
    return company is not None and (entry.play.layer != "kv" or company.has_kv)


def _warm_up(cells: list[Cell], companies: Mapping[str, Company], stopping: Callable[[], bool]) -> None:
    def warmed(name: str) -> None:
        for cell in cells:
            if cell.entry.play.contestant == name and not stopping():
                _turn(cell, companies[name], warm_up=True)

    names = list(dict.fromkeys(cell.entry.play.contestant for cell in cells))
    with ThreadPoolExecutor(len(names), thread_name_prefix="warm-up") as threads:
        list(threads.map(warmed, names))


def _turn(cell: Cell, company: Company, *, warm_up: bool = False) -> None:
    if cell.lost:  # and would be again, after the same wait
        return
    block = Block(
        id=company.number(),
        scenario=cell.entry.scenario.id,
        source=cell.entry.source,
        size=cell.size,
        calls=CALLS,
        fewest=1 if warm_up else FEWEST,
        limit_ns=BLOCK_NS // 5 if warm_up else BLOCK_NS,
    )
    try:
        answer = company.timed(block)
    except GoneError as error:
        cell.lost, cell.because = True, cell.because or f"a block was lost: {error}"
        return
    if answer.failure:
        cell.because = cell.because or answer.failure
    if warm_up:
        return
    latencies = array("q")
    latencies.frombytes(answer.latencies)
    cell.latencies.extend(latencies)
    cell.failures += answer.failures
    if latencies:
        cell.rounds_p50_ns.append(sorted(latencies)[len(latencies) // 2])


def _measurement(cell: Cell, loop_ns: int) -> Measurement:
    workload = cell.entry.scenario
    assert isinstance(workload, Workload)
    histogram = HdrHistogram(LOWEST_NS, HIGHEST_NS, DIGITS)
    for latency in cell.latencies:
        histogram.record_value(min(max(latency, LOWEST_NS), HIGHEST_NS))
    count = len(cell.latencies)
    p50 = quantile(histogram, 0.50)
    validity, because = _validity(cell, p50, loop_ns)
    return Measurement(
        scenario=workload.id,
        contestant=cell.entry.play.contestant,
        layer=workload.layer,
        operation=workload.id,
        size=cell.size,
        count=count,
        failures=cell.failures,
        p50_ns=p50,
        p95_ns=quantile(histogram, 0.95),
        p99_ns=quantile(histogram, 0.99),
        rounds_p50_ns=cell.rounds_p50_ns,
        histogram=histogram.encode().decode(),
        promises=list(workload.promises),
        validity=validity,
        because=because,
    )


def _validity(cell: Cell, p50_ns: int | None, loop_ns: int) -> tuple[Validity, str]:
    if cell.failures or cell.because:
        return "failing", cell.because or f"{cell.failures} of {len(cell.latencies)} calls raised"
    if not enough(len(cell.latencies), 0.50) or p50_ns is None:
        return "too few", f"{len(cell.latencies)} calls are too few for a median"
    if p50_ns < LOOP_SHARE * loop_ns:
        return "generator-bound", f"the timing loop costs {loop_ns} ns of these {p50_ns} ns"
    return "valid", ""
