"""Celery's in-memory, file and SQLite backends, as contestants."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from celery.backends.cache import _DUMMY_CLIENT_CACHE

from crisper.backends import Backend


DEVIATIONS = Path(__file__).parent / "deviations.toml"


def _in_memory(_: str, namespace: str) -> Mapping[str, int]:
    with _DUMMY_CLIENT_CACHE.mutex:
        keys = list(_DUMMY_CLIENT_CACHE)
    return {"entries": sum(namespace in str(key) for key in keys)}


def _in_files(url: str, namespace: str) -> Mapping[str, int]:
    return {"entries": sum(namespace in path.name for path in Path(url.removeprefix("file://")).iterdir())}


def _in_rows(url: str, namespace: str) -> Mapping[str, int]:
    query = "SELECT count(*) FROM celery_taskmeta WHERE instr(task_id, ?)"
    with closing(sqlite3.connect(url.removeprefix("db+sqlite:///"))) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE name = 'celery_taskmeta'").fetchall()
        return {"entries": database.execute(query, (namespace,)).fetchone()[0] if tables else 0}


def _dispose(backend: Any) -> None:
    engines = backend.session_manager._engines.values()  # noqa: SLF001 - Celery offers no way to close them
    for engine in engines:
        engine.dispose()


memory = Backend(
    name="memory",
    url="cache+memory://",
    claims=frozenset({"kv", "incr", "expire", "autoexpire", "groups", "chords"}),
    client="celery",
    deviations=DEVIATIONS,
    peek=_in_memory,
)

filesystem = Backend(
    name="filesystem",
    url="file://{folder}",
    claims=frozenset({"kv", "shared", "groups", "chords", "durable"}),
    client="celery",
    deviations=DEVIATIONS,
    peek=_in_files,
)

sqlite = Backend(
    name="sqlite",
    url="db+sqlite:///{folder}/results.sqlite",
    claims=frozenset({"shared", "groups", "chords", "durable"}),
    client="sqlalchemy",
    deviations=DEVIATIONS,
    peek=_in_rows,
    release=_dispose,
)
