from __future__ import annotations

from pathlib import Path

import jsonschema
import msgspec
import pytest
from click.testing import CliRunner

from crisper.commands import judge
from crisper.errors import UsageError
from crisper.runs import Record, read


@pytest.fixture(scope="module")
def again(out_of_order):
    """Return the same Run, judged again without any backend."""
    output = CliRunner().invoke(judge, [out_of_order.path], catch_exceptions=False).output
    return read(Path(output.strip()))


def test_a_run_judged_again_names_its_parent(out_of_order, again):
    """The new Run is another one, and says from which it comes; the old one stays."""
    assert (out_of_order.header.run, True) == (again.header.parent, again.header.run != out_of_order.header.run)
    assert out_of_order == read(Path(out_of_order.path))


def test_the_same_checks_give_the_same_verdicts(out_of_order, again):
    """What is judged by the same checks is judged the same, from the History alone."""
    assert sorted(map(repr, out_of_order.verdicts)) == sorted(map(repr, again.verdicts))
    assert {"pass", "fail"} <= {each.finding.word for each in again.verdicts}


def test_histories_and_contestants_are_kept(out_of_order, again):
    """The new Run can be judged again in its turn."""
    assert (out_of_order.histories, out_of_order.contestants, out_of_order.footer) == (
        again.histories,
        again.contestants,
        again.footer,
    )


def test_a_verdict_depends_on_the_history(out_of_order, again, tmp_path):
    """A changed History is judged as it is now, not as it was."""
    path = tmp_path / "changed.jsonl"
    path.write_text(Path(out_of_order.path).read_text().replace('"call":"mget"', '"call":"get"'))
    CliRunner().invoke(judge, [str(path), "-o", str(tmp_path / "new.jsonl")], catch_exceptions=False)
    before, after = (
        {repr(each): each.clause for each in run.verdicts} for run in (again, read(tmp_path / "new.jsonl"))
    )

    assert {"A10"} == {after[each] for each in set(after) - set(before)}


def test_a_run_is_never_overwritten(out_of_order, tmp_path):
    """Judging into a file that exists is refused, and the file stays."""
    taken = tmp_path / "taken.jsonl"
    taken.write_text("mine")
    with pytest.raises(UsageError, match=r"taken.jsonl: the file exists"):
        CliRunner().invoke(judge, [out_of_order.path, "-o", str(taken)], catch_exceptions=False)

    assert "mine" == taken.read_text()


def test_real_runs_follow_the_schema(out_of_order):
    """Every line of a Run of the real scenarios is valid by the JSON Schema that is published."""
    validator = jsonschema.Draft202012Validator(msgspec.json.schema(Record))
    lines = (msgspec.json.decode(line) for line in Path(out_of_order.path).read_bytes().splitlines())

    assert [] == [error.message for line in lines for error in validator.iter_errors(line)]
