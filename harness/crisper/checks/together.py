"""Several checks that decide one clause together."""

from __future__ import annotations

from crisper.history import History
from crisper.scenario import Check, Judged
from crisper.verdicts import Finding, merged


def both(*checks: Check) -> Check:
    """Return the check whose Finding is the most telling one of all."""

    def check(history: History, contestant: Judged) -> Finding:
        return merged(each(history, contestant) for each in checks)

    return check
