from __future__ import annotations

import msgspec
import pytest

from crisper.values import WHOLE_BYTES, canonical, payload, shown


@pytest.mark.parametrize("value", [None, True, 0, -1, 1.5, "", "hé☃😀"])
def test_what_json_can_hold_stays_as_it_is(value):
    """JSON's own scalars are their own canonical form."""
    assert value == canonical(value)


@pytest.mark.parametrize("of", [bytes, bytearray, memoryview])
def test_bytes_are_told_from_text(of):
    """All 256 byte values survive, in an object that no text is equal to."""
    every = bytes(range(256))

    assert {"$bytes": every.decode("latin-1")} == canonical(of(every))


@pytest.mark.parametrize("value", ["x" * WHOLE_BYTES, b"x" * WHOLE_BYTES])
def test_a_kilobyte_is_stored_whole(value):
    """Up to the limit the value itself is kept, and no digest."""
    assert "$sha256" not in str(canonical(value))


def test_more_than_a_kilobyte_is_a_digest():
    """Above the limit size, kind and digest are kept."""
    digest = canonical(b"x" * (WHOLE_BYTES + 1))

    assert ({"$sha256", "$size", "$of"}, WHOLE_BYTES + 1, "bytes") == (set(digest), digest["$size"], digest["$of"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"x" * 2000, b"x" * 1999 + b"y"),
        (b"x" * 2000, b"x" * 2001),
        (b"x" * 2000, "x" * 2000),
        (b"x", "x"),
        ("1", 1),
        (KeyError("a"), KeyError("b")),
        (KeyError("a"), ValueError("a")),
    ],
)
def test_different_values_have_different_forms(one, other):
    """Forms are different where the values are."""
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({1: "x"}, {"1": "x"}),
        pytest.param({"$bytes": "x"}, b"x"),
    ],
)
def test_a_mapping_is_not_taken_for_another(one, other):
    """Forms are different where only the keys' types are, or where a mapping looks like a form of ours."""
    assert canonical(one) != canonical(other)


def test_containers_are_walked():
    """What a list or a mapping holds is canonical as well."""
    assert {"a": [{"$bytes": "1"}, [None]]} == canonical({"a": [b"1", (None,)]})


def test_an_exception_is_its_type_and_arguments():
    """An exception is known by its class's name and by what it was given."""
    assert {"$exception": "KeyError", "args": ["k", 2]} == canonical(KeyError("k", 2))


def test_what_is_unknown_is_shown():
    """Anything else is told by type and text."""
    assert {"$type": "range", "$repr": "range(0, 3)"} == canonical(range(3))


@pytest.mark.parametrize(
    "value",
    [
        b"\x00\xff",
        {"a": {1, 2}},
        float("inf"),
        pytest.param(2**64),
        pytest.param("\ud800"),
    ],
)
def test_whatever_a_backend_answers_can_be_sent(value):
    """A canonical form can always be written: else the process that plays would die of an answer."""
    msgspec.json.encode(canonical(value))

    assert canonical(value) == msgspec.msgpack.decode(msgspec.msgpack.encode(canonical(value)))


def test_a_payload_depends_on_its_seed_alone():
    """The same seed makes the same bytes again, another seed makes others."""
    assert payload(1, 5000) == payload(1, 5000) != payload(2, 5000)
    assert 5000 == len(payload(1, 5000))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"\x00a", r"b'\x00a'"),
        (b"x" * 2000, "<2000 bytes, sha256 20f73d04>"),
        (KeyError("k", 2), "KeyError('k', 2)"),
        ("x", "'x'"),
        (None, "None"),
        (range(3), "range(0, 3)"),
    ],
)
def test_a_value_is_shown_as_a_person_would_write_it(value, text):
    """Whoever reads a verdict need not know the stored form."""
    assert text == shown(canonical(value)).replace(canonical(b"x" * 2000)["$sha256"][:8], "20f73d04")


def test_what_is_long_is_cut():
    """No value takes more room than it was given."""
    assert ("'xxxxxxxx…", 10) == (text := shown("x" * 100, limit=10), len(text))
