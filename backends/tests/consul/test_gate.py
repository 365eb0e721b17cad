import threading

from crisper_backends.consul.gate import Gate


def test_first_come_first_served(until):
    """Who has waited longest is let in first, not who has just left."""
    gate, order = Gate(1), []

    def enter(number):
        with gate.passed(10) as entered:
            order.append((number, entered))

    with gate.passed(0):
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=enter, args=(number,)))
            threads[-1].start()
            until(lambda n=number: len(gate._waiting) == n + 1)
    for thread in threads:
        thread.join()

    assert [(number, True) for number in range(5)] == order


def test_nobody_waits_for_ever():
    """Without a place in time one is told so, and the gate still counts right."""
    gate = Gate(1)
    with gate.passed(0), gate.passed(0.01) as entered:
        assert not entered
    with gate.passed(0) as entered:
        assert entered
