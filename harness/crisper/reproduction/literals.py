"""Stored values as Python again."""

from __future__ import annotations

import builtins
import math
import pprint
import re
from typing import Any

from crisper.reproduction.record import UnsayableError
from crisper.values import WHOLE_BYTES, Value


WIDTH = 100

#: What every key of a playing begins with; a script has a prefix of its own instead.
NAMESPACE = r"crisper-[0-9a-f]{{8}}-{contestant}-\d+"

#: Types whose text is an expression again, and what it takes to read it.
EVALUABLE = {
    "Decimal": "from decimal import Decimal",
    "UUID": "from uuid import UUID",
    "date": "import datetime",
    "datetime": "import datetime",
    "time": "import datetime",
    "timedelta": "import datetime",
    "complex": "",
    "frozenset": "",
    "set": "",
}


class Code:
    """A piece of Python that stands for itself wherever a value is written out."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Literals:
    """Writes values out; what a History keeps as a digest is made anew by its size, the same one each time.

    `made` is filled on the way: by digest, the variable and the expression that makes it; and so is `imports`.
    """

    def __init__(self, contestant: str) -> None:
        self.imports: set[str] = set()
        self.made: dict[str, tuple[str, str]] = {}
        self._namespace = re.compile(NAMESPACE.format(contestant=re.escape(contestant)))

    def literal(self, value: Value) -> str:
        """Return a canonical value as an expression.

        Raises UnsayableError where the History does not hold enough of it.
        """
        return pprint.pformat(self.tree(value), width=WIDTH, sort_dicts=False, compact=True)

    def tree(self, value: Value) -> Any:
        """Return a canonical value as Python values, with `Code` where only an expression will do."""
        form: Any = value
        match value:
            case {"$bytes": str(text)}:
                named = self._named(text)
                form = Code(f"{named}.encode()") if named else text.encode("latin-1")
            case {"$sha256": str(digest), "$size": int(size), "$of": str(kind)}:
                form = Code(self._anew(digest, size, kind))
            case {"$exception": str(name), "args": list(args)}:
                form = Code(self._exception(name, args))
            case {"$type": str(kind), "$repr": str(text)}:
                form = Code(self._evaluable(kind, text))
            case dict():
                form = {key: self.tree(item) for key, item in value.items()}
            case list():
                form = [self.tree(item) for item in value]
            case str() if named := self._named(value):
                form = Code(named)
            case float() if not math.isfinite(value):
                form = Code(f"float('{value}')")
        return form

    def plain(self, key: str) -> bool:
        """Whether a key is a number under the playing's own prefix, and nothing odd."""
        return re.fullmatch(r"-\d+", self._namespace.sub("", key, count=1)) is not None

    def _named(self, text: str) -> str:
        """Return a text that holds the playing's prefix as an f-string with the script's own; else nothing."""
        if not self._namespace.search(text):
            return ""
        pieces = [piece.replace("{", "{{").replace("}", "}}") for piece in self._namespace.split(text)]
        return f"f{'{run}'.join(pieces)!r}"

    def _anew(self, digest: str, size: int, kind: str) -> str:
        number = len(self.made) + 1
        made = f"random.Random({number}).randbytes({size})"
        if kind == "bytes":
            self.imports.add("import random")
        else:
            made = f"{chr(ord('a') + (number - 1) % 26)!r} * {size}"
        return self.made.setdefault(digest, (f"value_{number}", made))[0]

    def _exception(self, name: str, args: list[Value]) -> str:
        known = isinstance(getattr(builtins, name, None), type)
        cls = name if known else f"type({name!r}, (Exception,), {{}})"
        return f"{cls}({', '.join(repr(self.tree(arg)) for arg in args)})"

    def _evaluable(self, kind: str, text: str) -> str:
        if kind not in EVALUABLE or len(text) >= WHOLE_BYTES:
            message = f"a value of type {kind} is not kept whole in the Run"
            raise UnsayableError(message)
        self.imports.update(filter(None, [EVALUABLE[kind]]))
        return text
