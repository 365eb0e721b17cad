"""What a process and all that it has started cost, in CPU time."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path


_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
#: Where the numbers of a process stand, counted from its state: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
_PARENT, _TIMES = 1, slice(11, 15)

_LOOKS = 2


def cpu_ns(pid: int) -> int:
    """Return the CPU time of a process, of its children and theirs, living or waited for; 0 where nobody can look."""
    # Whoever is waited for between the reading of its parent's numbers and of its own is missing from that look.
    return max(_seen_ns(pid) for _ in range(_LOOKS))


def _seen_ns(pid: int) -> int:
    stats = {int(path.parent.name): found for path in Path("/proc").glob("[0-9]*/stat") if (found := _numbers(path))}
    children = defaultdict(list)
    for each, numbers in stats.items():
        children[int(numbers[_PARENT])].append(each)
    family, total = [pid], 0
    while family:
        each = family.pop()
        family += children[each]
        total += sum(int(ticks) for ticks in stats.get(each, [])[_TIMES])
    return total * _TICK_NS


def _numbers(path: Path) -> list[str]:
    try:
        # The name before them may hold spaces and brackets.
        return path.read_text(errors="replace").rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return []
