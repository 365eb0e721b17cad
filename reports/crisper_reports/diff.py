"""Two Runs side by side: what changed its verdict, and by how much the numbers moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crisper.measurements import Measurement
from crisper.runs import Run
from crisper.verdicts import Verdict, Word
from crisper_reports import survival
from crisper_reports.numbers import Number, apart, number
from crisper_reports.terminal import table, wrapped
from crisper_reports.units import duration, ratio, size


#: What names a cell in every Run of the same plan.
Key = tuple[str, ...]


def diff(old: Run, new: Run) -> str:
    """Return what changed from one Run to another, no line longer than 80 columns."""
    lines = wrapped(f"{old.header.run} ({old.header.started}) -> {new.header.run} ({new.header.started})")
    lines += [
        f"{name} is incomplete: what it lacks is not compared"
        for name, run in (("the old Run", old), ("the new Run", new))
        if not run.complete
    ]
    parts = (_contestants(old, new), _verdicts(old, new), _numbers(old, new), _overruns(old, new))
    return "\n".join([*lines, *(line for part in parts if part for line in ["", *part])])


def _contestants(old: Run, new: Run) -> list[str]:
    before, after = _versions(old), _versions(new)
    changes = [
        f"{name}: {before.get(name, 'absent')} -> {after.get(name, 'absent')}"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    return ["Contestants", *(line for each in changes for line in wrapped(each, indent=2))] if changes else []


def _versions(run: Run) -> dict[str, str]:
    return {each.name: each.versions for each in run.contestants}


def _verdicts(old: Run, new: Run) -> list[str]:
    before, after = _keyed(old.verdicts, verdict_key), _keyed(new.verdicts, verdict_key)
    both = [key for key in after if key in before]
    changed = [key for key in both if _word(before[key]) != _word(after[key])]
    alone = (len(before) - len(both), len(after) - len(both))
    lines = [f"Verdicts: {len(changed)} of {len(both)} changed"]
    for key in changed:
        scenario, clause, layer, contestant = key
        lines += wrapped(
            f"{clause} {contestant} ({layer}): {_word(before[key])} -> {_word(after[key])}: "
            f"{after[key].finding.because} [{scenario}]",
            indent=2,
        )
    return [*lines, f"  only in the old Run: {alone[0]}; only in the new Run: {alone[1]}"] if any(alone) else lines


def _numbers(old: Run, new: Run) -> list[str]:
    before, after = _keyed(old.measurements, _cell_key), _keyed(new.measurements, _cell_key)
    both = [key for key in after if key in before]
    if not both:
        return []
    obstacle = _obstacle(old, new)
    if obstacle:
        return wrapped(f"Numbers: not compared: {obstacle}")
    pairs = [(number(before[key], old.verdicts), number(after[key], new.verdicts)) for key in both]
    rows = [_moved(*pair) for pair in pairs]
    caution = (
        "not interleaved, indication only: two Runs drift apart for reasons of their own. "
        "≈ marks what their rounds cannot tell apart."
    )
    return [*wrapped(f"Numbers, p50: {caution}"), *table(["operation", "contestant", "old", "new", "new/old"], rows)]


def _overruns(old: Run, new: Run) -> list[str]:
    before, after = _curves(old), _curves(new)
    both = [key for key in after if key in before]
    if not both:
        return []
    obstacle = _obstacle(old, new)
    if obstacle:
        return wrapped(f"Overrun of lives: not compared: {obstacle}")
    lines = wrapped("Overrun of lives, p50/p99/longest: an indication only; ! a promise was broken")
    for key in both:
        lines += wrapped(f"{', since '.join(key)}: {before[key].figures} -> {after[key].figures}", indent=2)
    return lines


def _curves(run: Run) -> dict[Key, survival.Curve]:
    return {(curve.contestant, chart.name): curve for chart in survival.charts(run) for curve in chart.curves}


def _obstacle(old: Run, new: Run) -> str:
    if old.header.profile != new.header.profile:
        return f"profile {old.header.profile} -> {new.header.profile}"
    names = sorted({*old.header.machine, *new.header.machine})
    before, after = old.header.machine, new.header.machine
    moved = [f"{name} {before.get(name)} -> {after.get(name)}" for name in names if before.get(name) != after.get(name)]
    return f"another machine: {'; '.join(moved)}" if moved else ""


def _moved(old: Number, new: Number) -> list[str]:
    one = new.measurement
    named = [f"{one.operation} {size(one.size)}", one.contestant]
    if old.p50_ns is None or new.p50_ns is None or not (old.counts and new.counts):
        return [*named, _median(old), _median(new), "not comparable"]
    sign = "" if apart(old.measurement, one) else " ≈"
    return [*named, _median(old), _median(new), f"{ratio(new.p50_ns / max(1, old.p50_ns))}{sign}"]


def _median(one: Number) -> str:
    if one.struck:
        return "struck"
    if one.p50_ns is None:
        return "too few"
    return duration(one.p50_ns) if one.counts else one.measurement.validity


def _word(one: Verdict) -> Word | str:
    return "known fail" if one.finding.word == "fail" and one.deviation else one.finding.word


def verdict_key(one: Verdict) -> Key:
    """Return what names a verdict in every Run of the same plan: scenario, clause, layer and contestant."""
    return (one.play.scenario, one.clause, one.play.layer, one.play.contestant)


def _cell_key(one: Measurement) -> Key:
    return (one.layer, one.operation, str(one.size), one.contestant)


def _keyed(found: list[Any], key: Callable[[Any], Key]) -> dict[Key, Any]:
    return {key(each): each for each in found}
