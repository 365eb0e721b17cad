from __future__ import annotations

import pytest

from crisper.checks.extending import life_is_changed


class Playing:
    """Writes, `expire` and reads of keys by hand; times are in tenths of a second."""

    def __init__(self, made) -> None:
        self.made, self.ops = made, []

    def does(self, call, key, at, **more):
        time_ns = at * self.made.SECOND // 10
        times = {"called_ns": time_ns, "returned_ns": time_ns + 1}
        self.ops.append(self.made.op(len(self.ops) + 1, call, key, **times, **more))
        return self

    def set(self, key):
        return self.does("set", key, 0, input="v", expires_ns=3600 * self.made.SECOND)

    def expire(self, key, seconds, **more):
        life_ns = seconds * self.made.SECOND if seconds else None
        return self.does("expire", key, 0, input=seconds, expires_ns=life_ns, **more)

    def read(self, key, at, *, there):
        return self.does("get", key, at, output="v" if there else None)

    def mortal(self):
        """Add a key that ends after two seconds, as it should."""
        return self.set("mortal").expire("mortal", 2).read("mortal", 19, there=True).read("mortal", 21, there=False)

    def judged(self):
        return life_is_changed(self.made.history(*self.ops), self.made.judged())


@pytest.fixture
def playing(made):
    return Playing(made)


def test_a_life_that_is_shortened_ends(playing):
    """Two seconds later, whatever it was to be before."""
    assert "pass" == playing.mortal().judged().word


@pytest.mark.parametrize("seconds", [3600, None, 0])
def test_a_life_that_is_lengthened_goes_on(playing, seconds):
    """An hour, or no end; a key that is gone after all is found."""
    playing.mortal().set("saved").expire("saved", 2).expire("saved", seconds)
    kept, lost = Playing(playing.made), Playing(playing.made)
    kept.ops, lost.ops = list(playing.ops), list(playing.ops)

    assert "pass" == kept.read("saved", 40, there=True).judged().word
    assert f"after expire(key, {seconds}) get found nothing" == lost.read("saved", 40, there=False).judged().because


def test_a_life_that_is_not_shortened_is_found(playing):
    """What was not touched is there for the hour that it was written for."""
    finding = playing.set("k").expire("k", 2).read("k", 19, there=True).read("k", 31, there=True).judged()

    assert "fail" == finding.word
    assert "outlived their time" in finding.because


def test_a_missing_key_stays_missing(playing):
    """Nothing is made of it."""
    playing.mortal().expire("absent", 2)
    finding = playing.read("absent", 1, there=True).judged()

    assert "expire(key, 2) of a missing key made get find something" == finding.because


def test_all_that_raises_is_told(playing):
    """One reason for each."""
    error = {"outcome": "failed", "error": "DataError"}
    finding = playing.mortal().set("k").expire("k", None, **error).expire("k", 0, **error).judged()

    assert ("fail", [6, 7]) == (finding.word, finding.evidence)
    assert "expire(key, None) raised DataError (no message); expire(key, 0) raised DataError (no message)" == (
        finding.because
    )


def test_a_read_that_raises_decides_nothing(playing):
    """That is another promise."""
    assert "unknown" == playing.mortal().does("get", "mortal", 30, outcome="failed", error="OSError").judged().word
