from __future__ import annotations

import pytest

from crisper.secrecy import Secrets, is_secret, redacted


URL = "redis://:p%40ssw%22rd@host/0?db=1&pin=1234"
NAMES = ("password", "REDIS_PASSWORD", "PGPASSWORD", "CONSUL_HTTP_TOKEN", "CONSUL_HTTP_AUTH", "AWS_SECRET_ACCESS_KEY")


@pytest.mark.parametrize("name", [*NAMES, "AccountKey", "api_key", "ssl_key_passphrase", "aws_credentials"])
def test_names_of_secrets(name):
    """Whatever is named for a secret is one."""
    assert is_secret(name)


@pytest.mark.parametrize("name", ["PWD", "global_keyprefix", "result_serializer", "key", "SSH_AUTH_SOCK", "author"])
def test_names_of_other_things(name):
    """What sounds a little like it is none: it would be missing in a reproduction."""
    assert not is_secret(name)


def test_a_connection_string_shows_no_key():
    """Some URLs hold pairs of a connection string instead of credentials."""
    url = "azureblockblob://DefaultEndpointsProtocol=https;AccountName=me;AccountKey=ab/cd+ef==;EndpointSuffix=net"

    assert url.replace("ab/cd+ef==", "***") == redacted(url)


@pytest.fixture
def secrets():
    return Secrets(URL, None, environment={"A_TOKEN": "t0ken!", "HOME": "/home"})


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("refused: ***", "refused: p%40ssw%22rd"),
        ("refused: ***", 'refused: p@ssw"rd'),
        ("at redis://:***@host/0?db=***&pin=***", "at redis://:p%40ssw%22rd@host/0?db=1&pin=1234"),
        ({"$bytes": "***", "n": [1, None, "***"]}, {"$bytes": "t0ken!", "n": [1, None, "t0ken!"]}),
        ("in /home, at host, pin 1234", "in /home, at host, pin 1234"),
    ],
)
def test_what_is_known_is_hidden(secrets, shown, told):
    """A secret is hidden as it was told, as it is sent, and in the whole URL; nothing else is."""
    assert shown == secrets.hidden(told)


def test_settings_are_shown_without_their_secrets(secrets):
    """What is secret among settings is not shown, at any depth, and is known from then on."""
    shown = secrets.settings({"options": {"password": "inner-one", "prefix": "p"}, "broker": "amqp://u:outer-one@h//"})

    assert {"options": {"password": "***", "prefix": "p"}, "broker": "amqp://u:***@h//"} == shown
    assert "*** and ***" == secrets.hidden("inner-one and outer-one")


@pytest.mark.parametrize(("word", "told"), [("abc", "abcdef"), ("crisper", "crisper-1a2b-redis-1")])
def test_a_word_that_stands_everywhere_hides_nothing_else(word, told):
    """A password of a few letters, or of our own, is hidden where it stands, not wherever it is found."""
    url = f"redis://:{word}@host/0"

    assert ("redis://:***@host/0", told) == (redacted(url), Secrets(url, environment={}).hidden(told))
