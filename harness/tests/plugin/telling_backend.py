"""A backend that tells every secret that it knows: in errors, in answers, on its output, in its log."""

from __future__ import annotations

import logging
import os
from typing import ClassVar

from celery.backends.base import KeyValueStoreBackend


class Telling(KeyValueStoreBackend):
    """Keeps nothing, and answers with what it knows."""

    reads: ClassVar[list[bytes]] = []

    def __init__(self, app, url=None, **kwargs):
        super().__init__(app, url=url, **kwargs)
        self.told = url

    def known(self):
        """Return all secrets."""
        options = self.app.conf.get("result_backend_transport_options")
        environment = {name: os.environ.get(name) for name in ("STORE_PASSWORD", "STORE_HTTP_TOKEN", "STORE_URL")}
        return f"{self.told} {options} {environment} {self.app.conf.broker_url}"

    def get(self, key):
        """Return it, or raise it."""
        self.reads.append(key)
        print(self.known(), flush=True)  # noqa: T201 - that is what it does
        if len(self.reads) % 2:
            raise LookupError(self.known())
        return self.known().encode()

    def set(self, key, value):  # noqa: ARG002
        """Tell the log, and whoever called."""
        logging.getLogger("telling").warning(self.known())
        raise ConnectionError(self.known())

    def delete(self, key):  # noqa: ARG002
        """Tell."""
        raise KeyError(self.known())

    def as_uri(self, include_password=True):  # noqa: ARG002, FBT002
        """Return the whole of it."""
        return self.told


class Refusing(Telling):
    """Cannot be made, and says with what."""

    def __init__(self, app, url=None, **kwargs):
        super().__init__(app, url=url, **kwargs)
        raise RuntimeError(self.known())
