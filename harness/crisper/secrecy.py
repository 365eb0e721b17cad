"""Secrets: by which names they go, where they stand in a URL, and how what holds them is told without them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote


#: What stands for a secret wherever it is hidden.
HIDDEN = "***"

#: A shorter word is hidden where it stands in a URL or among settings, and nowhere else: it would be found everywhere.
SHORTEST = 6

#: The same holds for what all names begin with that are given here.
_OURS = "crisper"

_NAMES = re.compile(r"(?i)pass(word|wd|phrase)|secret|token|credential|(api|access|account|private)_?key|_auth$")
_PAIR = re.compile(r"([^;&?/=]+)=([^;&]*)")


def is_secret(name: str) -> bool:
    """Whether what goes by this name is a secret."""
    return _NAMES.search(name) is not None


def redacted(url: str) -> str:
    """Return a URL without any secret: no password, and no values in its query.

    A password may hold what ends a host in other URLs, so all up to the last @ is taken for credentials.
    """
    head, mark, rest = url.partition("://")
    if not mark:
        return url
    credentials, at, place = rest.rpartition("@")
    place, question, query = place.partition("?")
    user, colon, _ = credentials.partition(":")
    shown = f"{user}:{HIDDEN}@" if colon else f"{HIDDEN}@"
    place = _PAIR.sub(lambda pair: f"{pair[1]}={HIDDEN if is_secret(pair[1]) else pair[2]}", place)
    keys = "&".join(f"{each.partition('=')[0]}={HIDDEN}" for each in query.split("&"))
    return f"{head}{mark}{shown if at else ''}{place}{question}{keys if question else ''}"


class Secrets:
    """What one process must not tell: the secrets of its environment, and of the URLs and settings that it was told."""

    def __init__(self, *urls: str | None, environment: Mapping[str, str] | None = None) -> None:
        self._shown: dict[str, str] = {}
        self.settings(os.environ if environment is None else environment)
        for url in filter(None, urls):
            self._learn_url(url)

    def settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return settings as they may be shown; what was secret among them is hidden from now on."""
        return {name: self._setting(name, value) for name, value in settings.items()}

    def hidden(self, value: Any) -> Any:
        """Return a text, or JSON's own types all the way down, without any of the secrets."""
        match value:
            case str():
                for word in sorted((word for word in self._shown if word in value), key=len, reverse=True):
                    value = value.replace(word, self._shown[word])
            case list():
                return [self.hidden(each) for each in value]
            case dict():
                return {self.hidden(name): self.hidden(each) for name, each in value.items()}
        return value

    def _setting(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.settings(value)
        if is_secret(name):
            self._learn(str(value))
            return HIDDEN
        if isinstance(value, str) and "://" in value:
            self._learn_url(value)
            return redacted(value)
        return value

    def _learn_url(self, url: str) -> None:
        self._shown[url.partition("://")[2]] = redacted(url).partition("://")[2]
        self._learn(*_words_of(url))

    def _learn(self, *words: str) -> None:
        for word in words:
            plain = unquote(word)
            # As it was told, as a driver sends it, as Python shows it, and as a Run keeps bytes.
            forms = {word, plain, quote(plain, safe=""), repr(plain)[1:-1], plain.encode().decode("latin-1")}
            self._shown |= {form: HIDDEN for form in forms if len(form) >= SHORTEST and form not in _OURS}


def _words_of(url: str) -> Iterator[str]:
    credentials, _, place = url.partition("://")[2].rpartition("@")
    user, colon, password = credentials.partition(":")
    yield password if colon else user
    for pair in _PAIR.finditer(place):
        if is_secret(pair[1]):
            yield pair[2]
