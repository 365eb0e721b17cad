from __future__ import annotations

import re
import tomllib

import pytest

from crisper.gate import Ruling
from crisper.history import Play
from crisper.proposal import UPSTREAM, message, proposal
from crisper.verdicts import Finding, Verdict


def failing(because="get answered b'value 0'", layer="kv", word="fail"):
    play = Play(scenario="twice", layer=layer, contestant="liar")
    verdict = Verdict(play=play, clause="X1", level="must", finding=Finding(word=word, because=because))
    return Ruling(verdict=verdict, standing="nonconformance", says=because)


def entries(*rulings):
    text = proposal("1234", rulings, files={"liar": "liars/deviations.toml"}, stale=[])
    return tomllib.loads(text).get("deviation", [])


def test_a_new_failure_gets_a_complete_entry():
    """The entry holds every field that a deviation needs, and marks what only a person can know."""
    (entry,) = entries(failing())

    assert {"backend", "clause", "scenario", "message", "upstream", "review_by", "layer"} == set(entry)
    assert ("liar", "X1", "twice", "kv") == tuple(entry[name] for name in ("backend", "clause", "scenario", "layer"))
    assert UPSTREAM == entry["upstream"]


def test_an_entry_that_nobody_completed_fails_the_gate():
    """Its date of review has passed already."""
    (entry,) = entries(failing())

    assert 2000 == entry["review_by"].year


def test_the_same_failure_at_every_layer_is_one_entry():
    """Where all layers fail alike the entry names none; where they differ there is one for each."""
    assert [None] == [each.get("layer") for each in entries(failing(), failing(layer="result"))]
    assert ["kv", "result"] == [each["layer"] for each in entries(failing(), failing("raised", layer="result"))]


@pytest.mark.parametrize(
    ("because", "later"),
    [
        ("gone between 19.43 s and 20 s", "gone between 19.9 s and 21.05 s"),
        (
            "no file b'/tmp/crisper-fq2/x/crisper-3283a122-x-13-1'",
            "no file b'/tmp/crisper-8b/x/crisper-00ffa122-x-1-1'",
        ),
        ("answered (a|b) [c] \\d 'it''s'", "answered (a|b) [c] \\d 'it''s'"),
    ],
)
def test_the_message_matches_the_next_run_too(because, later):
    """Numbers, folders and keys may differ; everything else must be the same."""
    assert re.search(message(because), because)
    assert re.search(message(because), later)
    assert not re.search(message(because), "something else")


@pytest.mark.parametrize("because", ["a 'quoted' \"word\"", "back\\slash", "new\nline", "\x1b[2J", "é\u202e"])
def test_whatever_a_backend_says_stays_within_its_string(because):
    """The proposal is TOML whatever the reason holds."""
    (entry,) = entries(failing(because))

    assert re.search(entry["message"], because)


def test_what_is_stale_is_to_be_deleted():
    """Stale entries, and those that pass, are named by file and line."""
    passing = failing("passes, but liars/deviations.toml:9 says that it fails", word="pass")
    text = proposal("1234", [passing], files={}, stale=["liars/deviations.toml:3 was matched by no playing"])

    assert "# To delete or change: liars/deviations.toml:3" in text
    assert "# To delete or change: X1 passes, but liars/deviations.toml:9" in text


def test_nothing_to_change_is_said():
    """A Run without anything new proposes nothing, and says so."""
    assert "# Nothing to change." in proposal("1234", [], files={}, stale=[])
