"""Several Runs of one plan: which verdicts were not the same in all of them, and which of these are known for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crisper.deviations import Deviation
from crisper.runs import Run
from crisper.verdicts import Verdict
from crisper_reports.diff import Key, verdict_key
from crisper_reports.terminal import wrapped


SECOND = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Steadiness:
    """What several Runs have in common, in lines of 80 columns at most; `shaky` is what nobody expected to differ."""

    text: str
    shaky: list[str]


def steady(runs: Sequence[Run]) -> Steadiness:
    """Compare the verdicts of several Runs; one that fails only sometimes is expected to where a deviation says so."""
    found = [{verdict_key(each): each for each in run.verdicts} for run in runs]
    keys = list(dict.fromkeys(key for verdicts in found for key in verdicts))
    known = {(each.backend, each.clause, each.scenario) for run in runs for each in _intermittent(run)}
    lines, shaky = [], []
    for key in keys:
        words = Counter(_word(verdicts.get(key)) for verdicts in found)
        if len(words) == 1:
            continue
        scenario, clause, layer, contestant = key
        name = f"{clause} {contestant} ({layer}) [{scenario}]"
        told = ", ".join(f"{word} {count}" for word, count in words.most_common())
        expected = (contestant, clause, scenario) in known and not set(words) - {"pass", "known"}
        if not expected:
            shaky.append(name)
        lines += wrapped(f"{name}: {told}{'; on file as intermittent' if expected else _because(found, key)}", indent=2)
    return Steadiness(text="\n".join([*_head(runs, keys), *_tail(lines, shaky)]), shaky=shaky)


def _head(runs: Sequence[Run], keys: list[Key]) -> list[str]:
    footers = [run.footer for run in runs if run.footer is not None]
    spans = sorted(each.timings_ns["total"] / SECOND for each in footers)
    codes = Counter(each.exit_code for each in footers)
    lines = wrapped(f"{len(runs)} Runs of {len(keys)} verdicts on {len({key[3] for key in keys})} contestants")
    if len(footers) < len(runs):
        lines += wrapped(f"{len(runs) - len(footers)} of them incomplete: what they lack is missing")
    if spans:
        ends = ", ".join(f"{code} ({count})" for code, count in sorted(codes.items()))
        lines += wrapped(f"from {spans[0]:.0f} to {spans[-1]:.0f} s each; exit codes: {ends}")
    return lines


def _tail(lines: list[str], shaky: list[str]) -> list[str]:
    if not lines:
        return ["all verdicts are the same in all of them"]
    last = f"not on file as intermittent: {len(shaky)}" if shaky else "all others are the same in all of them"
    return ["not the same in all of them:", *lines, last]


def _word(verdict: Verdict | None) -> str:
    # Broken as a deviation on file says is another thing than broken otherwise, as it is for a gate.
    if verdict is None:
        return "missing"
    return "known" if verdict.finding.word == "fail" and verdict.deviation else verdict.finding.word


def _because(found: list[dict[Key, Verdict]], key: Key) -> str:
    bad = [each[key] for each in found if key in each and each[key].finding.word in {"unknown", "error", "fail"}]
    # What is not on file says more.
    odd = min(bad, key=lambda each: each.deviation is not None, default=None)
    return f": {odd.finding.because}" if odd else ""


def _intermittent(run: Run) -> list[Deviation]:
    return [each for contestant in run.contestants for each in contestant.deviations if each.intermittent]
