from uuid import uuid4

import pytest
from celery import chain, chord, group
from celery.app.task import Context


# Celery and its broker warn of one another.
pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("default")]


class Chord:
    """A chord whose tasks stay in a queue of its own; `done` returns a part of it as a worker would."""

    def __init__(self, backend, header):
        self.backend, self.app = backend, backend.app
        self.body = uuid4().hex
        self.messages = []
        tasks = [self.task(each) if isinstance(each, str) else self.nested(*each) for each in header]
        chord(tasks, self.app.signature("body"), app=self.app).apply_async(task_id=self.body)
        self.look()

    def task(self, name):
        return self.app.signature("part", (name,), immutable=True).set(task_id=f"{self.body}-{name}")

    def nested(self, first, *names):
        return chain(self.task(first), group(map(self.task, names), app=self.app), app=self.app)

    def look(self):
        with self.app.connection_for_read() as connection:
            queue = connection.SimpleQueue(self.app.conf.task_default_queue)
            try:
                while True:
                    self.messages.append(queue.get_nowait())
            except queue.Empty:
                queue.close()

    def done(self, name):
        message = next(each for each in self.messages if each.headers["id"] == f"{self.body}-{name}")
        request = Context({**message.headers, **message.payload[2], "children": []})
        self.backend.mark_as_done(request.id, name, request=request)
        for following in request.chain or ():
            self.app.signature(following).apply_async((name,))
        self.look()

    @property
    def bodies(self):
        return [each.payload[0][0] for each in self.messages if each.headers["id"] == self.body]

    @property
    def state(self):
        return self.backend.get_state(self.body)


@pytest.fixture
def started(url, made):
    """Start chords, each with a queue for itself."""

    def begun(*header, **conf):
        backend = made(url, task_default_queue=uuid4().hex, **conf)
        # What a worker does.
        backend.app.set_current()
        return Chord(backend, header)

    return begun


def test_the_tasks_of_an_inner_group_count_each(started):
    """The body waits for all tasks of a group within the header, and gets them as a group."""
    one = started("a", ("before", "b", "c"))
    for name in ("a", "before", "b"):
        one.done(name)
    before = one.bodies
    one.done("c")

    assert ([], [["a", ["b", "c"]]]) == (before, one.bodies)


def test_a_chord_that_is_over_stays_over(started):
    """Parts delivered again after the end neither send the body again nor let it fail."""
    one = started("a", "b")
    for name in ("a", "a", "b", "b", "a"):
        one.done(name)

    assert ([["a", "b"]], "PENDING") == (one.bodies, one.state)


def test_what_says_that_a_chord_is_over_ends(started):
    """It lives as long as chords do, at most a day where these live for ever."""
    endless, short = started("a", result_chord_expires=0, result_expires=0), started("a", result_chord_expires=50)
    for one, longest_s in ((endless, 86_400), (short, 50)):
        one.done("a")
        store = one.backend.store
        (group_id,) = {each.headers["group"] for each in one.messages if each.headers["group"]}
        entry, _ = store.peek(one.backend.get_key_for_chord(group_id))
        left_ms = entry.flags.expires_ms - store.link.clock.latest_ns() // 1_000_000

        assert longest_s - 5 <= left_ms / 1000 <= longest_s + 1


def test_a_chord_sent_again_begins_anew(made, url):
    """A frozen chord may be applied twice under one id: the second run counts from the start."""
    backend = made(url)
    header = backend.app.GroupResult("again", [backend.app.AsyncResult(name) for name in ("a", "b")])
    counts = []
    for _ in range(2):
        backend.apply_chord((header.id, header.results), None)
        counts.append(backend.incr(backend.get_key_for_chord("again")))
        backend.incr(backend.get_key_for_chord("again"))

    assert [1, 1] == counts
