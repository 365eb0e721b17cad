import pytest
from celery.exceptions import ImproperlyConfigured

from crisper_backends.consul.url import Address, from_url


SECRET = "b0c1d2e3"


def test_the_shortest_url():
    """A host is enough: the port is Consul's own, and nothing is put before the keys."""
    assert Address(host="h", port=8500, tls=False) == from_url("consulkv://h")


def test_every_option():
    """Each documented option reaches the address."""
    address = from_url(
        f"https://:{SECRET}@h:1/a/b/?dc=east&ca=/ca&cert=/c&key=/k&verify=no&consistency=stale&timeout=0.5"
    )

    assert (
        Address(
            host="h", port=1, tls=True, prefix="a/b", token=SECRET, dc="east", ca="/ca", cert="/c", key="/k",
            verify=False, consistency="stale", timeout_ns=500_000_000,
        )
        == address
    )  # fmt: skip


def test_tls_has_consuls_tls_port():
    """Without a port consulkv+https means 8501, the port that Consul's own documents give to HTTPS."""
    assert 8501 == from_url("consulkv+https://h").port


@pytest.mark.parametrize(("text", "says"), [("0", False), ("false", False), ("no", False), ("True", True), ("1", True)])
def test_booleans(text, says):
    """0, false and no are false, in any case."""
    assert says is from_url(f"https://h/?verify={text}").verify


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("consulkv://h/?timout=3", "'timout'"),
        ("consulkv://h/?one_client=1", "'one_client'"),
        ("consulkv://h/?timeout=soon", "'timeout'"),
        ("consulkv://h/?timeout=0", "'timeout'"),
        ("consulkv://h/?timeout=nan", "'timeout'"),
        ("consulkv://h/?timeout=1&timeout=2", "'timeout'"),
        ("consulkv://h/?dc=", "'dc'"),
        ("consulkv://h/?dc=east%26stale", "'dc'"),
        ("consulkv://h/?consistency=strong", "'consistency'"),
        ("consulkv://h/?verify=0", "'verify'"),
        ("https://h/?verify=maybe", "'verify'"),
        ("https://h/?key=/k", "'key'"),
        ("consulkv://:t@h/?token_file=/f", "token_file"),
        ("consulkv:///prefix", "host"),
        ("consulkv://h:port/", "port"),
        ("consulkv://h/a/../b", "prefix"),
        ("consulkv://h/a//b", "prefix"),
        ("consulkv://h/a%20b", "prefix"),
        ("redis://h", "'redis'"),
    ],
)
def test_what_is_wrong_is_named(url, named):
    """A URL that is not understood is refused, and the message says which part of it."""
    with pytest.raises(ImproperlyConfigured, match=named):
        from_url(url)


@pytest.mark.parametrize(
    "url", [f"consulkv://:{SECRET}@h:port", f"consulkv://{SECRET}@h", f"consulkv://:{SECRET}@h/?x=1"]
)
def test_no_error_shows_the_token(url):
    """Whatever is wrong with a URL, its token is in no message."""
    with pytest.raises(ImproperlyConfigured) as raised:
        from_url(url)

    assert SECRET not in repr(raised.getrepr(chain=True, style="short")) + str(raised.value)


def test_no_repr_shows_the_token():
    """An address can be logged."""
    assert SECRET not in repr(from_url(f"consulkv://:{SECRET}@h"))
