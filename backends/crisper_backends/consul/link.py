"""One process's keep-alive connections to a Consul agent, every call on them bounded in time."""

from __future__ import annotations

import http.client
import random
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import urllib3
from celery.exceptions import ImproperlyConfigured
from urllib3.exceptions import HTTPError, ReadTimeoutError, SSLError

from crisper_backends.consul.clock import AgentClock
from crisper_backends.consul.errors import RefusedError, UnavailableError
from crisper_backends.consul.gate import Gate
from crisper_backends.consul.url import Address


#: Consul's own limit is 200 connections for a client address: https://developer.hashicorp.com/consul/docs/agent/limits
CONNECTIONS = 16
#: Blocking queries hold a connection while they wait; the rest stay free for everything else.
WAITING_CONNECTIONS = CONNECTIONS // 2
_FIRST_PAUSE_NS = 10_000_000
_LONGEST_PAUSE_NS = 500_000_000
_PASSING_STATUSES = frozenset({http.client.TOO_MANY_REQUESTS, 502, 503, 504})
#: What a 500 says that stays so; anything else, like "No cluster leader", goes away by itself.
_STAYING_WORDS = (b"Missing node", b"nvalid", b"denied", b"does not exist")
_FORBIDDEN_WORDS = (b"Permission denied", b"ACL not found")
_SHOWN_BYTES = 200
#: Losers of a race for one key pause for up to this many ms, at random.
_LONGEST_ODDS = 8


class Answer(NamedTuple):
    """What Consul answered: a status, headers and a body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def passing(self) -> bool:
        """Whether the same question may get another answer soon."""
        if self.status in _PASSING_STATUSES:
            return True
        return self.status == http.client.INTERNAL_SERVER_ERROR and not any(
            word in self.body for word in _STAYING_WORDS
        )

    @property
    def forbidden(self) -> bool:
        """Whether the ACL refused it, which a transaction answers as a conflict."""
        if self.status == http.client.CONFLICT:
            return any(word in self.body for word in _FORBIDDEN_WORDS)
        return self.status == http.client.FORBIDDEN

    def expect(self, *statuses: int) -> Answer:
        """Return this answer if its status is 200 or among `statuses`, else raise RefusedError."""
        if self.status == http.client.OK or (self.status in statuses and not self.forbidden):
            return self
        text = self.body[:_SHOWN_BYTES].decode("utf-8", "replace").strip()
        message = f"Consul answered {self.status}: {text}"
        raise RefusedError(message)


class Link:
    """Asks one agent, repeating for up to the address's timeout what fails in passing."""

    def __init__(self, address: Address) -> None:
        self.clock = AgentClock()
        self.waiters = threading.BoundedSemaphore(WAITING_CONNECTIONS)
        self._address = address
        self._gate = Gate(CONNECTIONS)
        self._pool = _pool(address)
        self._headers = _token_headers(address)

    def close(self) -> None:
        """Close every idle connection; the next call opens another."""
        self._pool.close()

    @property
    def token(self) -> str | None:
        """The ACL token, from the URL or its token_file."""
        return self._headers.get("X-Consul-Token")

    def ask(self, method: str, path: str, body: bytes | str | None = None, *, repeatable: bool = True) -> Answer:
        """Return the answer to one request; UnavailableError if there was none in time.

        What is not `repeatable` is sent once: the caller cannot tell whether a lost answer's request took effect.
        """
        deadline_ns = time.monotonic_ns() + self._address.timeout_ns
        pause_ns = _FIRST_PAUSE_NS
        while True:
            answer = self._attempt(method, path, body)
            if isinstance(answer, Answer):
                if not answer.passing:
                    return answer
                reason = f"answered {answer.status}"
            else:
                reason = _reason(answer)
            late = time.monotonic_ns() + pause_ns > deadline_ns
            if late or not repeatable or isinstance(answer, ReadTimeoutError):
                message = f"Consul at {self._address.host}:{self._address.port} {reason}"
                raise UnavailableError(message)
            time.sleep(pause_ns / 1_000_000_000)
            pause_ns = min(2 * pause_ns, _LONGEST_PAUSE_NS)

    def wait(self, path: str, wait_ns: int) -> Answer:
        """Return the answer to a blocking query of up to `wait_ns`, sent once."""
        answer = self._attempt("GET", path, None, wait_ns=wait_ns + wait_ns // 16)
        if isinstance(answer, Answer) and not answer.passing:
            return answer
        reason = f"answered {answer.status}" if isinstance(answer, Answer) else _reason(answer)
        message = f"Consul at {self._address.host}:{self._address.port} {reason}"
        raise UnavailableError(message)

    def send(
        self, method: str, path: str, body: bytes | str | None, headers: Mapping[str, str], wait_ns: int = 0
    ) -> Answer:
        """Return the answer to one attempt with the caller's own headers; urllib3's HTTPError if there is none."""
        timeout_s = self._address.timeout_ns / 1_000_000_000
        with self._gate.passed(timeout_s) as passed:
            if not passed:
                message = f"{CONNECTIONS} connections were busy for {timeout_s} s"
                raise UnavailableError(message)
            sent_ns = time.monotonic_ns()
            response = self._pool.urlopen(
                method,
                path,
                body=body,
                headers=headers,
                retries=False,
                timeout=urllib3.Timeout(connect=timeout_s, read=timeout_s + wait_ns / 1_000_000_000),
            )
        date = response.headers.get("Date")
        if date:
            self.clock.observe(date, sent_ns, time.monotonic_ns())
        return Answer(response.status, response.headers, response.data)

    def attempts(self) -> Iterator[int]:
        """Yield for as long as a race lost to other writers is worth running again; UnavailableError after that."""
        deadline_ns = time.monotonic_ns() + self._address.timeout_ns
        attempt = 0
        while attempt == 0 or time.monotonic_ns() < deadline_ns:
            yield attempt
            attempt += 1
            time.sleep(random.random() * min(attempt, _LONGEST_ODDS) / 1000)  # noqa: S311
        message = "others wrote the same key first, every time"
        raise UnavailableError(message)

    def _attempt(self, method: str, path: str, body: bytes | str | None, *, wait_ns: int = 0) -> Answer | HTTPError:
        try:
            answer = self.send(method, path, body, self._headers, wait_ns)
            if answer.forbidden and self._address.token_file:
                headers = _token_headers(self._address)
                if headers != self._headers:
                    self._headers = headers
                    answer = self.send(method, path, body, headers, wait_ns)
        except SSLError as error:
            message = f"TLS with {self._address.host}: {error}"
            raise RefusedError(message) from error
        except HTTPError as error:
            return error
        return answer


def _reason(error: HTTPError) -> str:
    return f"gave no answer ({type(error).__name__})"


def _token_headers(address: Address) -> dict[str, str]:
    token = address.token
    if address.token_file:
        with _read("option 'token_file'"):
            token = Path(address.token_file).read_text(encoding="ascii").strip()
    return {"X-Consul-Token": token} if token else {}


def _pool(address: Address) -> urllib3.HTTPConnectionPool:
    if not address.tls:
        return urllib3.HTTPConnectionPool(address.host, address.port, maxsize=CONNECTIONS)
    return urllib3.HTTPSConnectionPool(
        address.host, address.port, maxsize=CONNECTIONS, ssl_context=_ssl_context(address)
    )


def _ssl_context(address: Address) -> ssl.SSLContext:
    with _read("option 'ca'"):
        context = ssl.create_default_context(cafile=address.ca)
    if not address.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if address.cert:
        with _read("option 'cert' or 'key'"):
            # A passphrase is asked for at the terminal, for ever, unless there is one.
            context.load_cert_chain(address.cert, address.key, password="")
    return context


@contextmanager
def _read(option: str) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        message = f"consulkv: {option}: {type(error).__name__}"
        raise ImproperlyConfigured(message) from None
