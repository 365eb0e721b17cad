"""The promises of the kv layer: keys and values."""

from __future__ import annotations

from crisper.clauses import Clause


A1 = Clause(
    id="A1",
    sentence="Reading what was never written says that nothing is there, raises nothing and creates nothing.",
    level="must",
    source="celery/backends/base.py, _get_task_meta_for",
)

A2 = Clause(
    id="A2",
    sentence="Bytes come back as they were stored: all 256 values, from 1 byte to 64 KiB.",
    level="must",
    source="celery/backends/base.py, encode and decode",
)

A3 = Clause(
    id="A3",
    sentence="Text is accepted as a value; its UTF-8 bytes, or the same text, come back.",
    level="must",
    source="celery/backends/base.py, set",
)

A4 = Clause(
    id="A4",
    sentence="An empty value is told from a missing one, or refused with an error.",
    level="must",
    source="key-value semantics",
)

A5 = Clause(
    id="A5",
    sentence="Numbers and None are refused with an error or come back as stored; never silently something else.",
    level="should",
    source="key-value semantics",
)

A6 = Clause(
    id="A6",
    sentence="The last write wins, at once, whichever client reads.",
    level="must",
    source="celery/backends/base.py, _store_result",
)

A7 = Clause(
    id="A7",
    sentence="A second write restarts the whole life.",
    level="must",
    source="https://redis.io/docs/latest/commands/setex/",
)

A8 = Clause(
    id="A8",
    sentence="What is deleted is gone; deleting what is not there, or twice, raises nothing.",
    level="must",
    source="celery/backends/base.py, _forget; celery/backends/couchdb.py, delete",
)

A9 = Clause(
    id="A9",
    sentence="A write right after a delete, or right after expiry, is kept.",
    level="must",
    source="celery/backends/base.py, _store_result",
)

A10 = Clause(
    id="A10",
    sentence="Reading many keys answers each in its place, with None (or no entry) for what is missing.",
    level="must",
    source="celery/backends/base.py, _mget_to_results",
)

A11 = Clause(
    id="A11",
    sentence="Many keys may be named by a list, a tuple or a generator.",
    level="must",
    source="celery/backends/filesystem.py and consul.py, mget",
)

A12 = Clause(
    id="A12",
    sentence="Reading many keys answers each of several duplicates, and any number of keys from none to 1000.",
    level="must",
    source="https://redis.io/docs/latest/commands/mget/",
)

A13 = Clause(
    id="A13",
    sentence="Whoever reads a key while it is overwritten finds it, neither missing nor half-written.",
    level="must",
    source="celery/backends/base.py, _store_result; https://redis.io/docs/latest/commands/set/",
)

A14 = Clause(
    id="A14",
    sentence="incr starts at 1, and counts exactly whoever else does.",
    level="should",
    source="celery/backends/base.py, incr and implements_incr",
    needs="incr",
)

A15 = Clause(
    id="A15",
    sentence="expire(key, s) lets a key live for s seconds more, None and 0 for ever; a missing key stays missing.",
    level="must",
    source="celery/backends/base.py, on_chord_part_return passes result_expires, which may be None or 0",
    needs="expire",
)

A16 = Clause(
    id="A16",
    sentence="A key given as bytes and the same key given as text name the same entry.",
    level="must",
    source="celery/backends/base.py, key_t",
)

A17 = Clause(
    id="A17",
    sentence="Odd keys are kept apart from each other and within their namespace, or refused with an error.",
    level="must",
    source="security: a key may come from outside",
)

A18 = Clause(
    id="A18",
    sentence="Values up to the documented limit are kept; a larger one raises, and leaves nothing half-written.",
    level="must",
    source="the documented limit of each engine",
)

A19 = Clause(
    id="A19",
    sentence="What several clients do with a key at the same time comes out as if they had done it one after another.",
    level="must",
    source="celery/backends/base.py, _store_result; https://cs.brown.edu/~mph/HerlihyW90/p463-herlihy.pdf",
)

A20 = Clause(
    id="A20",
    sentence="Whatever one client does in turn, every answer is what its calls before that mean, and no call raises.",
    level="must",
    source="celery/backends/base.py, KeyValueStoreBackend",
)
