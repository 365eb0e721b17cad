from __future__ import annotations

import pytest

from crisper_reports import matrix


def _cell(found):
    return matrix.rows(found)[0].cells[0]


def test_most_telling_layer_speaks_for_the_cell(run, made):
    """A cell keeps each layer's own word, and the most telling one is its word as a whole."""
    kv, result = made.play("A6", "redis"), made.play("A6", "redis", "result")
    cell = _cell(run(made.header([kv, result]), made.verdict(kv), made.verdict(result, "fail", "read 1")))

    assert "fail" == cell.stand.word
    assert [("pass", ["kv"]), ("fail", ["result"])] == [(each.word, each.layers) for each in cell.stands]


def test_layers_that_agree_share_one_word(run, made):
    """Layers with the same word stand together."""
    plays = [made.play("A6", "redis"), made.play("A6", "redis", "result")]
    cell = _cell(run(made.header(plays), *map(made.verdict, plays)))

    assert [["kv", "result"]] == [each.layers for each in cell.stands]


@pytest.mark.parametrize(("second", "known"), [("x/d.toml:1", True), (None, False)])
def test_a_cell_is_known_only_if_every_failure_in_it_is(run, made, second, known):
    """One unexpected failure is enough for a cell not to be a known one."""
    one, two = made.play("A6", "redis"), made.play("A6", "redis", "result")
    cell = _cell(
        run(
            made.header([one, two]),
            made.verdict(one, "fail", "read 1", deviation="x/d.toml:1"),
            made.verdict(two, "fail", "read 1", deviation=second),
        )
    )

    assert known is cell.stand.known


def test_a_pass_is_never_a_known_failure(run, made):
    """A deviation that did not show itself does not colour a pass."""
    play = made.play("A6", "redis")

    assert not _cell(run(made.header([play]), made.verdict(play, deviation="x/d.toml:1"))).stand.known


def test_what_was_planned_and_not_judged_is_missing(run, made):
    """A planned playing without a verdict shows in its cell by name."""
    play = made.play("A6", "redis")
    cell = _cell(run(made.header([play])))

    assert [play] == cell.missing
    assert cell.stand is None


def test_clauses_stand_in_natural_order(run, made):
    """A10 comes after A6, and B after A."""
    plays = [made.play(each, "redis") for each in ("B1", "A10", "A6")]

    assert ["A6", "A10", "B1"] == [row.clause.id for row in matrix.rows(run(made.header(plays)))]


def test_a_clause_that_the_header_forgot_is_shown_all_the_same(run, made):
    """A verdict is never dropped for want of its clause's sentence."""
    found = matrix.rows(run(made.header(), made.verdict(made.play("Z9", "redis"))))

    assert "Z9" == found[0].clause.id


def test_a_layer_without_meaning_is_quiet_where_another_speaks(run, made):
    """That there is no kv layer is said where nothing else is, and not beside what the result layer says."""
    kv, result = made.play("A6", "sqlite"), made.play("A6", "sqlite", "result")
    none = made.verdict(kv, "inapplicable", "it has no kv layer")

    assert ["inapplicable"] == [each.word for each in _cell(run(made.header(), none)).stands]
    assert ["pass"] == [each.word for each in _cell(run(made.header(), none, made.verdict(result))).stands]
