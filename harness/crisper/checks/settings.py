"""Whether a contestant is where, and as, its URL and settings say."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from crisper.checks.gathering import each_once
from crisper.checks.register import reads_see_last_write
from crisper.checks.together import both
from crisper.history import History
from crisper.scenario import Check, Judged
from crisper.verdicts import Finding, failed, merged, passed


def never_told(secret: str) -> Check:
    """Return the check that no answer holds this text."""

    def check(history: History, _: Judged) -> Finding:
        for op in history.ops:
            if secret in f"{op.output}{op.message}":
                return failed(f"{op.call} tells the password", op.seq)
        return passed("the password is not told")

    return check


def nothing_is_logged(history: History, _: Judged) -> Finding:
    """No log record holds what was to be kept."""
    if leak := next(history.seen("leak"), None):
        return failed(f"a log record tells the {leak.data['what']}: {leak.data['text']}")
    return passed("neither value nor password is logged")


def sockets_are_counted(history: History, _: Judged) -> Finding:
    """Tell how many sockets were opened for how many calls."""
    return passed(f"{sum(1 for _ in history.seen('connect'))} sockets for {len(history.ops)} calls")


def clients_are_apart(history: History, contestant: Judged) -> Finding:
    """Each client reads what it wrote itself, as if the others were not there."""
    return merged(reads_see_last_write(mine, contestant) for mine in _of_each_client(history))


def prefixes_are_apart(history: History, contestant: Judged) -> Finding:
    """Each client reads what it wrote itself, also where it asks for many, as if the others were not there."""
    cleanup = next(history.calls("cleanup"), None)
    if cleanup is None:
        because = "cleanup() would reach what others keep at the same place, and another place cannot be had"
        return Finding(word="inapplicable", because=because)
    if cleanup.outcome != "ok":
        return failed(f"cleanup raised {cleanup.failure}", cleanup.seq)
    check = both(reads_see_last_write, each_once)
    worst = merged(check(mine, contestant) for mine in _of_each_client(history) if any(mine.calls("get_many")))
    return passed("each reads its own, whatever the other removes") if worst.word == "pass" else worst


def _of_each_client(history: History) -> Iterator[History]:
    for name in dict.fromkeys(op.client for op in history.ops):
        yield msgspec.structs.replace(history, ops=[op for op in history.ops if op.client == name])


def default_port_is_tried(history: History, contestant: Judged) -> Finding:
    """Without a port in the URL, the engine's default port is the one that is connected to."""
    ports = {each.data["port"] for each in history.seen("connect")}
    expected = contestant.facts["default_port"]
    if expected is None or not any(op.input["changed"] for op in history.calls("connect")):
        return passed("its URL has no port to leave out")
    if ports != {expected}:
        tried = ", ".join(str(port) for port in sorted(ports)) or "no port at all"
        first = next((op for op in history.ops if op.outcome != "ok"), None)
        because = f"without a port in the URL it tries {tried}, not {expected}"
        return failed(f"{because}; {first.call} raised {first.failure}", first.seq) if first else failed(because)
    return passed(f"it tries {expected}")


def complaint_is_made(history: History, _: Judged) -> Finding:
    """An option that nobody knows is refused or warned of."""
    refused = next((op for op in history.ops if op.outcome != "ok"), None)
    if refused is not None:
        return passed(f"{refused.call} raised {refused.failure}")
    complaints = [each.data["text"] for each in history.seen("complaint")]
    if complaints:
        return passed(f"it warns: {complaints[0]}")
    return failed("an option that nobody knows is taken without a word", *(op.seq for op in history.ops))


def scheme_is_known(history: History, _: Judged) -> Finding:
    """Celery makes a backend of the URL; where this names the class itself, nothing has to be known."""
    (scheme,) = [each.data for each in history.seen("scheme")]
    for op in history.ops:
        if op.outcome != "ok":
            return failed(f"with the scheme {scheme['name']} {op.call} raised {op.failure}", op.seq)
    return passed("its URL names the class itself" if scheme["of_a_class"] else f"Celery knows {scheme['name']}")


def switches_are_off(history: History, _: Judged) -> Finding:
    """No boolean option is on after it was set to 0 or false."""
    changes = {op.client: op.input["arguments"] for op in history.calls("connect")}
    for op in history.calls("switch"):
        if op.output is True:
            option, value = changes[op.client]
            return failed(f"{option}={value} in the URL turns it on", op.seq)
    return passed("0 and false mean no")


def served_alone(right: str, wrong: str, *, unheard: str) -> Check:
    """Return the check that the first client, with what is right, is served, and the other, with what is wrong, is not.

    `unheard` says what it means that there are no two clients.
    """

    def check(history: History, _: Judged) -> Finding:
        names = list(dict.fromkeys(op.client for op in history.ops))
        if len(names) < 2:  # noqa: PLR2004 - the right one and the wrong one
            return failed(unheard)
        for op in history.ops:
            if op.client == names[0] and op.outcome != "ok":
                return failed(f"with {right} {op.call} raised {op.failure}", op.seq)
            if op.client != names[0] and op.outcome == "ok":
                return failed(f"with {wrong} {op.call} answered", op.seq)
        return passed(f"{right} is served, {wrong} is not")

    return check
