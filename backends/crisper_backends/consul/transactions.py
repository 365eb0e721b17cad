"""Consul's `/v1/txn`: several operations on keys, all of them or none."""

from __future__ import annotations

import http.client
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crisper_backends.consul.errors import TooLargeError
from crisper_backends.consul.flags import Flags, unpack
from crisper_backends.consul.link import Answer, Link


#: Consul 1.8 takes 64 operations, later ones 128: https://developer.hashicorp.com/consul/api-docs/txn
OPERATIONS = 64

Operation = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One key as Consul holds it; `index` changes with every write to it."""

    key: str
    value: bytes
    flags: Flags
    index: int
    session: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the reads of a transaction found, or which of its operations failed, by their places, and why."""

    entries: tuple[Entry, ...] = ()
    failures: Mapping[int, str] = field(default_factory=dict)

    @property
    def applied(self) -> bool:
        """Whether all of it was done; else nothing was."""
        return not self.failures

    @property
    def conflict(self) -> str:
        """Why it was not applied."""
        return "; ".join(self.failures.values())


def commit(
    link: Link, operations: Iterable[Operation], *, query: str = "", writes: bool = True, repeatable: bool = True
) -> Outcome:
    """Apply the operations in their order; the outcome says if a check among them failed."""
    body = json.dumps([{"KV": operation} for operation in operations], separators=(",", ":"))
    path = f"/v1/txn?{query}" if query else "/v1/txn"
    answer = link.ask("PUT", path, body, repeatable=repeatable)
    if answer.status == http.client.REQUEST_ENTITY_TOO_LARGE:
        message = f"Consul takes no transaction of {len(body)} bytes"
        raise TooLargeError(message)
    told = json.loads(answer.expect(http.client.CONFLICT).body)
    if answer.status == http.client.CONFLICT:
        return Outcome(failures={error["OpIndex"]: error["What"] for error in told["Errors"]})
    return Outcome(entries=() if writes else tuple(entry(found["KV"]) for found in told["Results"] or ()))


def entry(told: Mapping[str, Any]) -> Entry:
    """Return the entry that Consul describes."""
    return Entry(
        key=told["Key"],
        value=b64decode(told["Value"] or ""),
        flags=unpack(told["Flags"]),
        index=told["ModifyIndex"],
        session=told.get("Session"),
    )


def found(answer: Answer) -> Entry | None:
    """Return the entry in the answer to reading one key, None where there is no such key."""
    if answer.expect(http.client.NOT_FOUND).status == http.client.NOT_FOUND:
        return None
    return entry(json.loads(answer.body)[0])


def delete(key: str) -> Operation:
    """Remove a key if it is there."""
    return {"Verb": "delete", "Key": key}


def delete_tree(folder: str) -> Operation:
    """Remove all keys that start with `folder`."""
    return {"Verb": "delete-tree", "Key": folder}


def put(key: str, value: bytes, flags: Flags, session: str | None) -> Operation:
    """Write a key, held by `session` so that it goes when that does; the key must be nobody else's."""
    operation = {"Verb": "set", "Key": key, "Value": b64encode(value).decode("ascii"), "Flags": flags.pack()}
    return operation if session is None else operation | {"Verb": "lock", "Session": session}


def replace(known: Entry, value: bytes) -> Operation:
    """Write a new value over a known one, which keeps its flags and its session; fails if another was faster."""
    return put(known.key, value, known.flags, None) | {"Verb": "cas", "Index": known.index}


def unchanged(key: str, known: Entry | None) -> Operation:
    """Fail unless the key is as it was known, None being absent."""
    if known is None:
        return {"Verb": "check-not-exists", "Key": key}
    return {"Verb": "check-index", "Key": key, "Index": known.index}


def get(key: str) -> Operation:
    """Read a key; fail unless it is there."""
    return {"Verb": "get", "Key": key}


def present(key: str, session: str | None) -> Operation:
    """Fail unless the key is there, held by `session` if one is given."""
    if session is None:
        return get(key)
    return {"Verb": "check-session", "Key": key, "Session": session}
