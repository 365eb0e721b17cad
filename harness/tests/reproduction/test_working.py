from __future__ import annotations

import pytest

from crisper.reproduction.record import UnsayableError


def worked(made, *, pool="solo", **sent):
    """Return a History of one task that was sent to a worker, and waited for."""
    given = {"task": "echo", "args": ["hello"], **sent}
    about = {"client": pool, "layer": "task"}
    waits = {"timeout_ns": made.SECOND, "propagate": True}
    answer = made.op(2, "get", input=waits, output="hello", **about)
    return made.history(made.op(1, "apply_async", input=given, **about), answer)


def test_a_worker_does_the_task_within_the_script(made, ran):
    """The task is sent, and its answer is what was recorded."""
    text = made.text(worked(made), 1, 2, because="get answered 'hello'")

    assert "@app.task(name='crisper.echo')\ndef echo(value):\n    return value\n" in text
    assert (1, "reproduced: get answered 'hello'") == ran(text)


def test_what_a_task_needs_is_defined_with_it(made):
    """The names that a task uses come along, and nothing else of the module."""
    text = made.text(worked(made, task="autoretried", args=[1, "at last"]), 1, 2)

    assert ["MAX_RETRIES = 2", "class HiccupError(Exception):"] == [
        line for line in text.splitlines() if line.startswith(("MAX_", "class"))
    ]
    assert ["def autoretried(self, hiccups, value):"] == [line for line in text.splitlines() if line.startswith("def ")]


def test_a_group_is_sent_as_one(made, ran):
    """Each member has its own id."""
    sent = {"task": "echo", "group": ["a", "b"]}
    keys = [f"{made.NAMESPACE}-1", f"{made.NAMESPACE}-2"]
    about = {"client": "solo", "layer": "task", "keys": keys}
    answer = made.op(2, "get", input={"timeout_ns": made.SECOND, "propagate": True}, output=["a", "b"], **about)
    found = made.history(made.op(1, "apply_async", input=sent, **about), answer)

    assert (1, "reproduced: in order") == ran(made.text(found, 1, 2, because="in order"))


def test_on_a_broker_that_is_not_alone_tasks_have_a_queue_of_their_own(made):
    """Somebody else's worker would not know them."""
    text = made.text(worked(made), 1, 2, broker="amqp://127.0.0.1:5672//")

    assert "app.conf.task_default_queue = f'{run}'" in text


def test_what_only_a_prefork_worker_shows_has_no_script(made):
    """It is said why."""
    with pytest.raises(UnsayableError, match="with a prefork worker only"):
        made.text(worked(made, pool="prefork"), 1, 2)
