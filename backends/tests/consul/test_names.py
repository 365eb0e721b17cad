import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisper_backends.consul.names import Namespace, canonical


#: What Consul 1.21.5 took: https://github.com/hashicorp/consul/issues/22822
STRICTEST = re.compile(r"[a-zA-Z0-9,_./\-?&=]+")


@given(st.binary(), st.binary())
def test_distinct_keys_stay_distinct(one, other):
    """No two keys share a name."""
    assert (one == other) == (canonical(one) == canonical(other))


@given(st.binary())
def test_names_are_what_every_consul_takes(key):
    """Whatever the key, the name is one path segment of characters that no release refuses."""
    name = canonical(key)

    assert STRICTEST.fullmatch(name)
    assert "/" not in name
    assert ".." not in name
    assert name != "."


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_str_and_its_utf8_are_one_key(key):
    """It does not matter whether a key comes as text or bytes."""
    assert canonical(key.encode()) == canonical(key)


@pytest.mark.parametrize("key", ["celery-task-meta-d4f1c2aa-1d1b-4b0e-9a57-31b8a2f3a3a0", "a_b", "app.x"])
def test_ordinary_keys_are_left_as_they_are(key):
    """Celery's own consul:// finds, and leaves, ordinary keys under the same names."""
    assert key == canonical(key)


@pytest.mark.parametrize("key", [None, 5, ["a"]])
def test_a_key_is_text_or_bytes(key):
    """Anything else is a TypeError, not a key by accident."""
    with pytest.raises(TypeError, match=type(key).__name__):
        canonical(key)


@given(st.binary(min_size=1))
def test_no_key_reaches_the_folders_beside(key):
    """No key can name what the backend keeps for itself."""
    space = Namespace("p")
    folders = space.attached("x"), space.parts("x"), space.until(1)

    assert not any(folder.startswith(space.key(canonical(key)) + "/") for folder in folders)
