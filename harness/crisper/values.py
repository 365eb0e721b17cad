"""The one form in which written and read values are stored and compared."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Callable
from typing import Any


#: Texts and byte strings up to this length are stored whole, longer ones as a digest.
WHOLE_BYTES = 1024

#: Beyond this an integer is stored as text.
LARGEST_INT = 2**63

#: What `canonical` returns: JSON's own types, and objects with a `$…` key for the rest.
Value = Any


def canonical(value: object) -> Value:
    """Return `value` in a form that JSON can hold and that is equal exactly when the values are.

    bytes become `{"$bytes": latin-1 text}`; texts and bytes above `WHOLE_BYTES` become `{"$sha256", "$size", "$of"}`;
    a datetime becomes `{"$datetime": ISO 8601}`; an exception becomes `{"$exception", "args"}`; anything unknown
    becomes `{"$type", "$repr"}`. A key of a dict that is no text, or begins with $, gets a $ in front.
    """
    form: Value
    match value:
        case None | bool() | float():
            form = value
        case int():
            form = value if -LARGEST_INT <= value < LARGEST_INT else {"$int": str(value)}
        case str():
            form = _text(value)
        case bytes() | bytearray() | memoryview():
            data = bytes(value)
            form = {"$bytes": data.decode("latin-1")} if len(data) <= WHOLE_BYTES else _digest(data, "bytes")
        case dict():
            form = {_key(key): canonical(item) for key, item in value.items()}
        case list() | tuple():
            form = [canonical(item) for item in value]
        case dt.datetime():
            form = {"$datetime": value.isoformat()}
        case BaseException():
            form = {"$exception": type(value).__qualname__, "args": canonical(value.args)}
        case _:
            form = {"$type": type(value).__qualname__, "$repr": printable(repr, value)[:WHOLE_BYTES]}
    return form


def printable(tell: Callable[[object], str], value: object) -> str:
    """Return what `tell` (str or repr) says of a value, as text that UTF-8 can hold; that it failed, where it did."""
    try:
        text = tell(value)
    except (ValueError, TypeError, LookupError, AttributeError, RuntimeError, NotImplementedError) as error:
        text = f"<{type(value).__qualname__} that cannot be shown: {type(error).__name__}>"
    return text.encode("utf-8", "backslashreplace").decode()


def _text(value: str) -> Value:
    data = value.encode("utf-8", "surrogatepass")
    if len(value) > WHOLE_BYTES:
        return _digest(data, "str")
    return {"$surrogates": printable(str, value)} if any("\ud800" <= each <= "\udfff" for each in value) else value


def _key(key: object) -> str:
    if isinstance(key, str):
        return f"${printable(str, key)}" if key.startswith("$") else printable(str, key)
    return f"$({printable(repr, key)})"


def _digest(data: bytes, of: str) -> Value:
    return {"$sha256": hashlib.sha256(data).hexdigest(), "$size": len(data), "$of": of}


def payload(seed: int, size: int) -> bytes:
    """Return `size` bytes that depend on `seed` alone, so that a digest can be made again."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - reproducible, not secret


def shown(value: Value, *, limit: int = 60) -> str:
    """Return a short text of a canonical value, as a person would write it."""
    match value:
        case {"$bytes": str(text)}:
            text = repr(text.encode("latin-1"))
        case {"$sha256": str(digest), "$size": int(size)}:
            text = f"<{size} bytes, sha256 {digest[:8]}>"
        case {"$exception": str(name), "args": args}:
            text = f"{name}({', '.join(shown(arg) for arg in args)})"
        case {"$repr": str(text)}:
            pass
        case _:
            text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
