"""The promises about groups and chords."""

from __future__ import annotations

from crisper.clauses import Clause


CANVAS = "https://docs.celeryq.dev/en/stable/userguide/canvas.html"

D1 = Clause(
    id="D1",
    sentence="A saved group is restored as it was, nested ones and parents too; one that nobody saved is None.",
    level="must",
    source="celery/backends/base.py, save_group and restore_group; celery/result.py, GroupResult.save",
    needs="groups",
)

D2 = Clause(
    id="D2",
    sentence="A process that knows only a group's id can restore it.",
    level="must",
    source="celery/result.py, GroupResult.restore",
    needs="shared",
)

D3 = Clause(
    id="D3",
    sentence="A group that was deleted is None.",
    level="must",
    source="celery/backends/base.py, delete_group",
    needs="groups",
)

D5 = Clause(
    id="D5",
    sentence="A chord's body runs once, with what its header returned; if one of that failed, it ends in ChordError.",
    level="must",
    source=f"{CANVAS}#chords",
    needs="chords",
)

D6 = Clause(
    id="D6",
    sentence="A chord counts each task of its header once, however often that is delivered.",
    level="should",
    source=f"{CANVAS}#chord-important-notes",
    needs="incr",
)

D7 = Clause(
    id="D7",
    sentence="The task that polls for a chord without counters ends when the header has.",
    level="should",
    source="celery/app/builtins.py, unlock_chord",
    needs="chords",
)

D9 = Clause(
    id="D9",
    sentence="A group's results come in the order of its members, whoever finishes first.",
    level="must",
    source="celery/result.py, ResultSet.join: in the order that the tasks were called",
)
