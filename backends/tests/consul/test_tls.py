import json
import time

import pytest
from celery.exceptions import ImproperlyConfigured

from crisper_backends.consul.errors import RefusedError, UnavailableError


pytestmark = pytest.mark.integration

MAKING = """
consul tls ca create && consul tls cert create -server && consul tls cert create -client &&
mkdir other && cd other && consul tls ca create && chmod -R a+rX /tls
"""
SERVING = {
    "ports": {"https": 8500, "http": -1},
    "ca_file": "/tls/consul-agent-ca.pem",
    "cert_file": "/tls/dc1-server-consul-0.pem",
    "key_file": "/tls/dc1-server-consul-0-key.pem",
}


@pytest.fixture(scope="module")
def tls(tmp_path_factory, image, docker):
    """Make an authority, certificates of a server on this machine and of a client, and another authority."""
    folder = tmp_path_factory.mktemp("tls")
    docker("run", "--rm", "-v", f"{folder}:/tls", "-w", "/tls", image, "sh", "-c", MAKING)
    return folder


@pytest.fixture
def secured(tls, start, made):
    """Start a server that speaks TLS only, and return what makes a backend on it with more options."""

    def begun(**config):
        server = start("-dev", options=("-v", f"{tls}:/tls:ro"), config=json.dumps(SERVING | config))

        def backend(**options):
            query = "&".join(f"{name}={value}" for name, value in {"timeout": 2, **options}.items())
            return made(f"consulkv+https://127.0.0.1:{server.port}/mine?{query}")

        return backend, server

    return begun


def works(backend):
    """Whether a value is stored and comes back."""
    try:
        backend.set("k", b"v")
    except UnavailableError:
        return False
    return backend.get("k") == b"v" and backend.mget(["k"]) == [b"v"]


def refused(backend):
    """Return how a store was refused: at once, and not to be tried again."""
    started = time.monotonic()
    with pytest.raises(RefusedError) as raised:
        backend.set("k", b"v")

    assert not backend.exception_safe_to_retry(raised.value)
    assert time.monotonic() - started < 1
    return str(raised.value)


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_whom_it_trusts(secured, tls, made, until):
    """Only a server whose certificate its authority signed is spoken to, unless it is told not to look."""
    backend, server = secured()
    until(lambda: works(backend(ca=tls / "consul-agent-ca.pem")))

    assert works(backend(verify="no"))
    for strangers in ({}, {"ca": tls / "other" / "consul-agent-ca.pem"}):
        assert "certificate" in refused(backend(**strangers))
    assert "400" in refused(made(server.url()))


def test_a_server_that_asks_for_a_certificate(secured, tls, until):
    """A client with the certificate that is asked for gets in, another is refused."""
    backend, _ = secured(verify_incoming_https=True)
    ca = tls / "consul-agent-ca.pem"
    cert, key = tls / "dc1-client-consul-0.pem", tls / "dc1-client-consul-0-key.pem"
    until(lambda: works(backend(ca=ca, cert=cert, key=key)))

    refused(backend(ca=ca))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"ca": "nowhere"}, "'ca'"),
        ({"ca": "dc1-client-consul-0-key.pem"}, "'ca'"),
        ({"cert": "nowhere"}, "'cert'"),
        ({"cert": "dc1-client-consul-0.pem", "key": "nowhere"}, "'key'"),
        ({"cert": "dc1-client-consul-0.pem", "key": "dc1-server-consul-0-key.pem"}, "'key'"),
    ],
)
def test_files_that_are_not_what_they_should_be(made, tls, options, named):
    """A file that is missing or something else is named when the app is configured."""
    query = "&".join(f"{name}={tls / file}" for name, file in options.items())
    with pytest.raises(ImproperlyConfigured, match=named):
        made(f"consulkv+https://127.0.0.1/?{query}")


def test_a_key_with_a_passphrase(made, tls, capfd):
    """A key that nobody gave the passphrase of is an error, not a question at the terminal."""
    locked = (
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n"
    )
    (tls / "locked.pem").write_text(f"-----BEGIN EC PRIVATE KEY-----\n{locked}-----END EC PRIVATE KEY-----\n")
    with pytest.raises(ImproperlyConfigured, match="'key'"):
        made(f"consulkv+https://127.0.0.1/?cert={tls / 'dc1-client-consul-0.pem'}&key={tls / 'locked.pem'}")

    assert ("", "") == capfd.readouterr()
