from __future__ import annotations

import socket
import threading

import pytest

from crisper.player.address import Address
from crisper.player.bench import Block, Samples
from crisper.player.channel import Channel, Enter, Entered, Perform, Performed


@pytest.fixture
def ends():
    """Return both ends of a channel."""
    one, other = (Channel(end) for end in socket.socketpair())
    yield one, other
    one.close()
    other.close()


@pytest.fixture
def messages(made):
    """Return one message of each kind."""
    return [
        Enter(option="memory", address=Address(url="cache+memory://"), namespace="n", seed=1),
        Entered(celery="5.6.2", client="redis 8", overhead_ns=150),
        Entered(failure="OSError: no"),
        Perform(id=1, play=made.PLAY, layer="kv", source="x.py", background=True),
        Performed(id=1, history=made.history(made.op(1, "set", input={"$bytes": "\xff"}))),
        Block(id=2, scenario="get", source="x.py", size=100, calls=200, fewest=4, limit_ns=1),
        Samples(id=2, latencies=b"\x00\xff", failures=1, failure="no"),
    ]


def test_whole_messages_arrive_in_order(ends, messages):
    """What one end sends the other receives, as it was."""
    one, other = ends
    for message in messages:
        one.send(message)

    assert messages == [other.receive() for _ in messages]


def test_a_large_message_arrives_whole(ends, made):
    """A History of several megabytes is one message."""
    one, other = ends
    history = made.history(*(made.op(seq, "get", output="x" * 1000) for seq in range(3000)))
    sender = threading.Thread(target=one.send, args=(Performed(id=1, history=history),))
    sender.start()
    received = other.receive()
    sender.join()

    assert history == received.history


def test_messages_of_several_threads_do_not_mix(ends):
    """Each message is whole, whoever else is sending."""
    one, other = ends
    text = "x" * 100_000
    threads = [threading.Thread(target=one.send, args=(Entered(failure=text + str(number)),)) for number in range(8)]
    for thread in threads:
        thread.start()
    received = {other.receive().failure for _ in threads}
    for thread in threads:
        thread.join()

    assert {text + str(number) for number in range(8)} == received


def test_who_hung_up_says_nothing_more(ends):
    """Once the other end is gone there is nothing to receive, and nobody to send to."""
    one, other = ends
    one.close()

    assert other.receive() is None
    with pytest.raises(OSError, match="Broken pipe"):
        other.send(Entered())


@pytest.mark.parametrize("sent", [b"\x00", b"\x00\x00\x00\x09half", b"\x00\x00\x00\x01\xc1"])
def test_half_a_message_is_none(sent):
    """A message that was cut off, or is none, is as good as a hang-up."""
    ours, theirs = socket.socketpair()
    ours.sendall(sent)
    ours.close()
    channel = Channel(theirs)

    assert channel.receive() is None

    channel.close()
