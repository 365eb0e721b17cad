import pytest
from celery import chain, chord, group
from celery.exceptions import BackendError, ChordError
from worker_of_tasks import working

from crisper.servers.parallel import Servers
from crisper_backends.redis.engine import ENGINE as REDIS


# Celery and its broker warn of one another.
pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def broker():
    """Start a Redis to carry the messages."""
    with Servers(say=print) as servers:
        server = servers.future(REDIS).result()
        yield f"redis://{server.host}:{server.port}"


@pytest.fixture(scope="module", params=["prefork", "solo"])
def tasks(request, broker, shared, tmp_path_factory):
    """Import the tasks, with a worker running for them."""
    log = tmp_path_factory.mktemp("worker") / "log"
    with working(f"{broker}/{request.param_index}", shared.url(), request.param, log) as module:
        yield module


def test_a_thousand_tasks(tasks):
    """A thousand tracked tasks all come back, right and in order."""
    results = group(tasks.add.s(n, n) for n in range(1000))()

    assert [2 * n for n in range(1000)] == results.get(timeout=300)


def test_twenty_chords_of_fifty(tasks):
    """The body of every chord runs, with every part of its header."""
    bodies = [chord(tasks.add.s(n, c) for n in range(50))(tasks.total.s()) for c in range(20)]

    assert [sum(range(50)) + 50 * c for c in range(20)] == [body.get(timeout=300) for body in bodies]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_chords_of_other_sizes(tasks, size):
    """One part, two, a hundred: the body runs once with all of them."""
    body = chord(tasks.add.s(n, 0) for n in range(size))(tasks.total.s())

    assert sum(range(size)) == body.get(timeout=120)


def test_a_failing_part(tasks):
    """A chord with a failing part fails, naming the cause."""
    body = chord([tasks.add.s(1, 1), tasks.fail.s("the cause")])(tasks.total.s())
    with pytest.raises(ChordError, match="the cause"):
        body.get(timeout=60, follow_parents=False)


def test_retries(tasks):
    """A task that is retried twice ends in SUCCESS, and its caller gets the result."""
    assert 2 == tasks.third_time.delay().get(timeout=60)


def test_chains(tasks):
    """A chain ends with its last value; one with a failing middle fails."""
    assert 6 == chain(tasks.add.s(1, 2), tasks.add.s(3))().get(timeout=60)
    with pytest.raises(ValueError, match="middle"):
        chain(tasks.add.si(1, 2), tasks.fail.si("middle"), tasks.add.si(1, 1))().parent.get(timeout=60)


def test_a_result_that_is_too_large(tasks):
    """The caller of a task whose result exceeds the limit gets an error, and the worker works on."""
    with pytest.raises(BackendError, match="524288"):
        tasks.large.delay(600_000).get(timeout=60)

    assert "x" * 500_000 == tasks.large.delay(500_000).get(timeout=60)


def test_ignored_results(tasks):
    """A task that ignores its result stores none."""
    result = tasks.silent.delay()
    tasks.add.delay(1, 1).get(timeout=60)

    assert tasks.app.backend.get(tasks.app.backend.get_key_for_task(result.id)) is None
