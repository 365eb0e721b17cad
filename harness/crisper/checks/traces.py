"""What a playing leaves on the server, as counted behind Celery's back."""

from __future__ import annotations

from crisper.history import History
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed


def reading_leaves_nothing(history: History, _: Judged) -> Finding:
    """The server holds after the reads what it held before them."""
    counts = list(history.seen("count"))
    if len(counts) < 2:  # noqa: PLR2004 - before and after
        return passed("nobody can look at what the server holds, so that its answers alone can be judged")
    before, after = counts[0].data, counts[-1].data
    grown = {
        kind: (before.get(kind, 0), number)
        for kind, number in after.items()
        if kind != "moment" and number != before.get(kind, 0)
    }
    if grown:
        told = ", ".join(f"{kind} {was} → {now}" for kind, (was, now) in grown.items())
        return failed(f"reading left something on the server: {told}")
    return passed("the server holds what it held before")
