"""How late keys end beside others that live on, in words."""

from __future__ import annotations

from crisper.checks.expiry import SECOND
from crisper.history import History
from crisper.lasting import lifetimes
from crisper.scenario import Judged
from crisper.verdicts import Finding, passed, undecided


def late_beside_others(history: History, _: Judged) -> Finding:
    """Tell beside how many others keys lived, how late they were gone, and what makes that doubtful."""
    found = [each for each in lifetimes(history, []) if each.others is not None]
    if not found or not found[0].lives:
        return undecided("no key lived" + (f": {found[0].because}" if found else ""))
    one = found[0]
    wanted = max(int(each.data["wanted"]) for each in history.seen("others"))
    fewer = "" if one.others == wanted else f" (more of {wanted:,} were not written in time)"
    endless = sum(end is None for _, end in one.lives)
    late = f"{_seconds(one.longest_ns)} late at most" if one.longest_ns is not None else f"{endless} outlived the watch"
    median = "" if one.p50_ns is None else f", {_seconds(one.p50_ns)} in the median"
    early = f", {one.early} early" if one.early else ""
    doubt = f"; {one.because}" if one.because else ""
    told = f"{len(one.lives)} keys of {_seconds(one.expires_ns)}: {late}{median}{early}"
    others = "one other" if one.others == 1 else f"{one.others:,} others"
    return passed(f"beside {others}{fewer} {told}{doubt}")


def _seconds(time_ns: int) -> str:
    return f"{time_ns / SECOND:.3g} s"
