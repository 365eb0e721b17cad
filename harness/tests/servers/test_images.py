from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from docker.errors import APIError, ImageNotFound

from crisper.backends import Engine
from crisper.errors import ServerError
from crisper.servers import recipes
from crisper.servers.images import Images
from crisper.servers.pulling import Pull


ENGINE = Engine(
    name="some-kv",
    image="vendor/kv:1.2",
    suite="stable",
    packages=("kv-server",),
    port=1,
    volatile=(),
    durable=(),
    data="/data",
    version=lambda _host, _port: "1",
)


class Daemon:
    """A container engine that has some images, and may pull some others."""

    def __init__(self, *present: str, pullable: tuple[str, ...] = ()) -> None:
        self.present, self.pullable, self.pulled = set(present), pullable, []
        self.images = self.api = self

    def get(self, reference):
        """Return a local image as docker-py describes it."""
        if reference not in self.present:
            raise ImageNotFound(reference)
        return SimpleNamespace(id="sha256:local", attrs={"RepoDigests": [f"{reference}@sha256:far"]})

    def pull(self, reference, **_):
        """Yield one sign of progress, or refuse."""
        self.pulled.append(reference)
        if reference not in self.pullable:
            raise APIError("500", explanation="no such host")
        yield {"status": "Downloading", "progressDetail": {"current": 1}}
        self.present.add(reference)


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv("CRISPER_IMAGE_SOME_KV", raising=False)


def silent(_line: str) -> None:
    """Nobody listens."""


def refusal(daemon: Daemon, **named: str) -> ServerError:
    """Return why there is no image."""
    with pytest.raises(ServerError) as caught:
        Images(daemon, named={name.replace("_", "-"): image for name, image in named.items()}, say=silent).image(ENGINE)
    return caught.value


def test_the_option_wins(monkeypatch):
    """The image named by option comes before the environment's and the official one."""
    monkeypatch.setenv("CRISPER_IMAGE_SOME_KV", "env:1")
    daemon = Daemon("env:1", "option:1", ENGINE.image)

    assert "option:1" == Images(daemon, named={"some-kv": "option:1"}, say=silent).image(ENGINE).reference


def test_the_environment_comes_next(monkeypatch):
    """The image named by environment comes before the official one."""
    monkeypatch.setenv("CRISPER_IMAGE_SOME_KV", "env:1")

    assert "env:1" == Images(Daemon("env:1", ENGINE.image), say=silent).image(ENGINE).reference


def test_the_official_one_is_not_pulled_twice():
    """Where the official image is present, no registry is asked; its digest is the registry's."""
    daemon = Daemon(ENGINE.image)
    image = Images(daemon, say=silent).image(ENGINE)

    assert (ENGINE.image, "sha256:far", []) == (image.reference, image.digest, daemon.pulled)


def test_a_pull_is_announced_once():
    """What has to be pulled is pulled, with one line saying so."""
    said: list[str] = []
    image = Images(Daemon(pullable=(ENGINE.image,)), say=said.append).image(ENGINE)

    assert (ENGINE.image, ["some-kv: pulling vendor/kv:1.2 …"]) == (image.reference, said)


def test_what_was_made_before_is_used_again():
    """Where nothing can be pulled, an image made earlier from the same recipe serves, without a word."""
    said: list[str] = []
    made = recipes.tag(ENGINE)

    assert (made, []) == (Images(Daemon(made), say=said.append).image(ENGINE).reference, said)


def test_a_named_image_that_cannot_be_had_is_an_error():
    """The error names the image and the option to change; nothing else is tried."""
    daemon = Daemon(ENGINE.image)
    error = refusal(daemon, some_kv="option:1")

    assert (
        "the image option:1, named for some-kv by --image some-kv=…, cannot be had: no such host "
        "(change or drop --image some-kv=…)"
    ) == str(error)


def test_the_variable_is_named_too(monkeypatch):
    """An image that the environment named wrongly is blamed on its variable."""
    monkeypatch.setenv("CRISPER_IMAGE_SOME_KV", "env:1")

    assert "change or drop CRISPER_IMAGE_SOME_KV" == refusal(Daemon()).hint


def test_when_nothing_works_the_error_says_what_to_do(monkeypatch):
    """Neither pulled nor made: the error names the image, both reasons and both ways out."""
    monkeypatch.setenv("PATH", "/nowhere")
    error = refusal(Daemon())

    assert (
        "vendor/kv:1.2 cannot be pulled: no such host; and no image for some-kv can be made here: "
        "mmdebstrap is missing (apt-get install mmdebstrap; or name an image by CRISPER_IMAGE_SOME_KV)"
    ) == str(error)


def test_another_recipe_is_another_image():
    """The tag tells the suite, and changes with the packages."""
    other = Engine(**{**vars(ENGINE), "packages": ("kv-server", "more")})

    assert (True, True) == (
        recipes.tag(ENGINE).startswith("crisper/some-kv:stable-"),
        recipes.tag(ENGINE) != recipes.tag(other),
    )


class Mute(Daemon):
    """A registry that never answers."""

    def pull(self, _reference, **_):
        """Wait for ever."""
        threading.Event().wait()
        yield {}


def test_a_silent_registry_is_given_up():
    """A registry that does not answer ends the pull in bounded time."""
    with pytest.raises(ServerError, match=r"no answer within 0 s"):
        Pull(Mute(), "any:1").wait(silent, silence_s=0.01)


def test_a_pull_can_be_abandoned():
    """Whoever waits for a pull that is abandoned is told at once."""
    pull = Pull(Mute(), "any:1")
    pull.abandon()

    with pytest.raises(ServerError, match="abandoned"):
        pull.wait(silent)
