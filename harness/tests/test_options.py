from __future__ import annotations

from types import SimpleNamespace

import pytest

from crisper.errors import UsageError
from crisper.plugin import options


@pytest.fixture
def config():
    """Return a function that stands for pytest's configuration with some options."""
    return lambda **given: SimpleNamespace(
        option=SimpleNamespace(**{"backend": None, "image": None, "seed": None} | given)
    )


def test_contestants_are_known_by_name(config):
    """Each contestant keeps the option that named it: its own process asks for it by the same words."""
    found = options.backends(config(backend=["memory", "mine=cache+memory://"]))

    assert {"memory": "memory", "mine": "mine=cache+memory://"} == {name: asked for name, (asked, _) in found.items()}


def test_without_a_choice_all_declared_backends_take_part(config):
    """Whoever names nobody asks for everybody."""
    assert {"memory", "filesystem", "sqlite", "redis", "consul-celery"} <= set(options.backends(config()))


def test_two_contestants_of_one_name_are_refused(config):
    """A report could not tell them apart; the hint says how to name one."""
    with pytest.raises(
        UsageError, match=r"two contestants are called memory \(name one of them: --backend label=URL\)"
    ):
        options.backends(config(backend=["memory", "memory=cache+memory://"]))


def test_images_are_named_by_engine(config):
    """An image belongs to an engine; its reference may hold any sign."""
    assert {"redis": "host:5000/redis@sha256:ab=", "consul": "c:1"} == options.images(
        config(image=["redis=host:5000/redis@sha256:ab=", "consul=c:1"])
    )


@pytest.mark.parametrize("image", ["redis", "redis:8", "", pytest.param("redis="), pytest.param("=redis:8")])
def test_a_malformed_image_is_refused(config, image):
    """What is not of the form ENGINE=REFERENCE is told as it was given."""
    with pytest.raises(UsageError, match=f"--image {image}.*: not of the form ENGINE=REFERENCE"):
        options.images(config(image=[image]))


def test_a_seed_is_kept_or_drawn(config):
    """The seed that was given is used, 0 too; otherwise one is drawn."""
    assert (0, True) == (options.seed(config(seed=0)), 0 <= options.seed(config()) < 2**31)


@pytest.mark.parametrize(
    "backend",
    [
        ["memory"],
        pytest.param(None),
    ],
)
def test_xdist_is_refused_whoever_takes_part(config, backend):
    """Workers would each start every server: -n is refused, with the contestants named or not."""
    given = config(backend=backend, numprocesses=2)
    given.args = ["scenarios/crisper_scenarios"]
    given.addinivalue_line = lambda *_: None

    with pytest.raises(pytest.UsageError, match="pytest-xdist"):
        options.pytest_configure(given)


def test_xdist_may_be_used_where_nothing_is_played(config, tmp_path):
    """A folder without scenarios holds ordinary tests."""
    given = config(numprocesses=2)
    given.args = [str(tmp_path)]
    given.addinivalue_line = lambda *_: None

    options.pytest_configure(given)
