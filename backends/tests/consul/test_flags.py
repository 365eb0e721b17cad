import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisper_backends.consul.errors import LaterFormatError
from crisper_backends.consul.flags import Flags, unpack


@given(st.integers(0, 2**48 - 1), st.booleans())
def test_flags_are_read_as_written(expires_ms, attached):
    """An expiry comes back to the millisecond."""
    flags = Flags(expires_ms=expires_ms, attached=attached)

    assert flags == unpack(flags.pack())
    assert 0 <= flags.pack() < 2**64


def test_a_foreign_entry_never_expires():
    """What Celery's consul:// wrote, or a person, has no expiry here."""
    assert Flags() == unpack(0)
    assert Flags() == unpack(42)


def test_a_later_format_is_not_guessed_at():
    """An entry of a release to come is refused with a clear word, never misread."""
    with pytest.raises(LaterFormatError, match="format 2"):
        unpack(2 << 56)


def test_format_1_is_for_ever():
    """Entries of the first release keep their meaning in every later one."""
    assert 0x0100_01D1_A94A_2000 == Flags(expires_ms=2_000_000_000_000).pack()
    assert 0x0101_0000_0000_0000 == Flags(attached=True).pack()
