"""Known deviations that are seen only now and then."""

from __future__ import annotations

from crisper.runs import Run
from crisper.sightings import sightings


def now_and_then(run: Run) -> list[str]:
    """Return how often each intermittent deviation was seen in a Run."""
    return [
        f"now and then: {each.deviation.place} ({each.deviation.clause}, {each.deviation.backend}) "
        f"seen {each.seen} of {each.playings} playings"
        for contestant in run.contestants
        for each in sightings(contestant, run.verdicts)
        if each.deviation.intermittent and each.playings
    ]
