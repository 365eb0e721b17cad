"""What is kept for those who wait, by a backend object and on the server, and whether it is let go of."""

from __future__ import annotations

from crisper.history import History
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


#: Kinds of what a server holds that exist for whoever waits, not for the results.
ON_SERVER = ("channels", "queues")

#: The share of all results from which on growth is no chance.
GROWN = 0.25

#: Of fewer results nobody can tell whether anything grows with them.
FEWEST = 20


def stays_flat(history: History, _: Judged) -> Finding:
    """After many results were stored and waited for, no collection has grown with them."""
    if refused := [op for op in history.calls("store_result") if op.outcome != "ok"]:
        return failed(f"store_result raised {refused[0].failure}", refused[0].seq)
    waited = sum(int(each.data["results"]) for each in history.seen("waited"))
    if waited < FEWEST:
        return undecided(f"only {waited} results were waited for")
    if grown := _grown(history, "at first", "at last", at_least=int(GROWN * waited)):
        return failed(f"after {waited} results that were waited for, {grown}")
    return passed(f"{waited} results were waited for, and nothing has grown")


def forgotten_are_let_go(history: History, _: Judged) -> Finding:
    """Once tasks are forgotten, nothing more is kept than before anybody waited for them."""
    forgotten = list(history.calls("forget"))
    if refused := [op for op in forgotten if op.outcome != "ok"]:
        return failed(f"forget raised {refused[0].failure}", refused[0].seq)
    if left := _grown(history, "at last", "forgotten", at_least=len(forgotten)):
        return failed(f"after {len(forgotten)} tasks were forgotten, {left}")
    return passed("nothing is kept for them")


def _grown(history: History, first: str, last: str, *, at_least: int) -> str:
    before, after = _held(history, first), _held(history, last)
    return ", ".join(
        f"{name}: {before.get(name, 0)} → {number}"
        for name, number in sorted(after.items())
        if number - before.get(name, 0) >= at_least
    )


def _held(history: History, moment: str) -> dict[str, int]:
    held = next((each.data for each in history.seen("held") if each.data["moment"] == moment), {})
    counted = next((each.data for each in history.seen("count") if each.data["moment"] == moment), {})
    on_server = {name: counted[name] for name in ON_SERVER if name in counted}
    return {name: number for name, number in (held | on_server).items() if name != "moment"}
