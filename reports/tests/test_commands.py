from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from crisper.errors import RunError
from crisper_reports.commands import diff, report, summary


def _output(command, *arguments):
    return CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False).output


def test_report_writes_beside_the_run_and_prints_where(like_real):
    """Without -o the page stands beside the Run, and the path is the only output."""
    page = like_real.with_suffix(".html")

    assert f"{page}\n" == _output(report, like_real)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_says_that_a_run_was_cut_off(like_real):
    """What is missing is named, beside the path."""
    lines = like_real.read_text(encoding="utf-8").splitlines(keepends=True)
    like_real.write_text("".join(lines[:2]), encoding="utf-8")

    assert f"crisper: {like_real} was cut off: " in _output(report, like_real)


def test_report_writes_where_it_is_told(like_real, tmp_path):
    """With -o the page stands there."""
    assert f"{tmp_path / 'page.html'}\n" == _output(report, like_real, "-o", tmp_path / "page.html")


def test_report_never_overwrites_its_run(like_real):
    """A page that would replace its own Run is refused."""
    with pytest.raises(RunError, match="would overwrite"):
        _output(report, like_real, "-o", like_real)


def test_report_that_cannot_be_written_is_one_clear_line(like_real, tmp_path):
    """A folder that does not exist is our error, not a traceback's."""
    with pytest.raises(RunError, match=r"cannot write the report .*: No such file or directory"):
        _output(report, like_real, "-o", tmp_path / "nowhere" / "page.html")


def test_summary_prints_json_on_demand(like_real):
    """With --json the output is the documented JSON and nothing else."""
    assert {"complete", "contestants", "verdicts", "measurements", "bounds"} == set(
        json.loads(_output(summary, like_real, "--json"))
    )


def test_summary_prints_markdown_on_demand(like_real):
    """With --markdown the output is Markdown; both forms at once are refused."""
    both = CliRunner().invoke(summary, [str(like_real), "--markdown", "--json"])

    assert _output(summary, like_real, "--markdown").startswith("## Result backends\n")
    assert 2 == both.exit_code


def test_diff_compares_two_files(like_real):
    """A Run compared with itself has changed in nothing."""
    assert "Verdicts: 0 of 86 changed" in _output(diff, like_real, like_real)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ('{"record":"hea', "cut off within its first line"),
        ('{"record":"header","format":99}\n', "Run format 99"),
        (None, "cannot read the Run"),
    ],
)
@pytest.mark.parametrize("command", [report, summary])
def test_what_is_no_run_is_one_clear_line(tmp_path, command, text, said):
    """An empty, truncated, newer or absent Run raises RunError, which `crisper` prints as one line."""
    path = tmp_path / "bad.jsonl"
    if text is not None:
        path.write_text(text)

    with pytest.raises(RunError, match=said):
        _output(command, path)
