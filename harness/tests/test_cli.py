from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from crisper import registry
from crisper.cli import main
from crisper.gate import ExitCode
from crisper.runs import Writer, read


@pytest.fixture
def crisper():
    """Return a function that calls the command."""
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def run(made, tmp_path):
    """Return a Run of scenarios that no declared package knows."""
    writer = Writer(tmp_path / "run.jsonl")
    for record in (
        made.header(),
        made.contestant(),
        made.history(made.op(1, "get")),
        made.verdict("fail"),
        made.FOOTER,
    ):
        writer.write(record)
    writer.close()
    return tmp_path / "run.jsonl"


@pytest.mark.parametrize("command", ["judge", "report", "summary"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot read the Run"),
        ("", "is empty: no Run was written to it"),
        ('{"record":"header","for', "cut off within its first line"),
        ('{"record":"header","format":99}\n', "has Run format 99; this Crisper reads up to 1 (upgrade celery-crisper)"),
        ("nonsense\n", "line 1, is not a record of a Run"),
    ],
)
def test_what_is_no_run_is_one_clear_line(crisper, tmp_path, command, text, said):
    """A file that is not there, empty, truncated, newer or no Run is told on one line, with the exit code for usage."""
    path = tmp_path / "bad.jsonl"
    if text is not None:
        path.write_text(text)
    result = crisper(command, path)
    (line,) = result.output.splitlines()

    assert (ExitCode.usage, True, True) == (result.exit_code, line.startswith("crisper: "), said in line)


def test_without_what_it_needs_it_says_what_to_install():
    """Beside a bundled backend alone the command is there, but not what it reads Runs with."""
    lacking = "import sys; sys.modules['msgspec'] = None; from crisper.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", lacking], capture_output=True, text=True, check=False)

    assert 1 == done.returncode
    assert (
        "crisper: msgspec is not installed (pip install 'celery-crisper[report]'; list and judge need [bench])\n"
        == done.stderr
    )


def test_an_unknown_command_is_refused(crisper):
    """A command that nobody declares is told."""
    result = crisper("nonsense")

    assert (True, True) == (result.exit_code != 0, "No such command 'nonsense'" in result.output)


def test_help_lists_all_commands(crisper):
    """Our own commands, and those that packages of reports declare, stand beside each other."""
    output = crisper("--help").output

    known = ("judge", "list", "report", "summary", "diff", "steady")
    assert [] == [each for each in known if f"  {each} " not in output]


def test_list_names_every_clause_and_scenario(crisper):
    """Every declared scenario is listed under the clauses that it plays."""
    output = crisper("list").output
    scenarios = [each for each in registry.scenarios().values() if hasattr(each, "checks")]

    assert [] == [each.id for each in scenarios if each.id not in output]
    assert [] == [clause.sentence for each in scenarios for clause in each.checks if clause.sentence not in output]


def test_list_ends_with_what_nobody_plays(crisper):
    """After all that is played, each promise that is not, with the reason."""
    lines = crisper("list").output.splitlines()
    silent = {each.clause.id: each.because for each in registry.unplayed()}
    told = lines[-2 * len(silent) :]

    assert sorted(silent) == [line.split()[0] for line in told[::2]]
    assert [] == [name for name, line in zip(sorted(silent), told[1::2], strict=True) if silent[name] not in line]


@pytest.fixture
def file_of_ones_own(tmp_path):
    """Return a file with the scenario that the Run played, whose check now sees what it did not see."""
    path = tmp_path / "scenario_of_ones_own.py"
    path.write_text(
        """
from crisper.clauses import Clause
from crisper.scenario import scenario
from crisper.verdicts import passed

A1 = Clause(id="A1", sentence="It is kept.", level="must", source="here")


@scenario({A1: lambda history, _: passed(f"{len(history.ops)} call, all well")}, layers=("kv",))
def kept(stage):
    'Keep.'
"""
    )
    return path


def test_verdicts_of_unknown_scenarios_are_kept(crisper, run):
    """What nobody here can judge again keeps the verdict that it had, and one line says which that is."""
    told = crisper("judge", run)
    new = read(type(run)(told.stdout.strip()))
    (line,) = told.stderr.splitlines()

    assert (read(run).verdicts, "1") == (new.verdicts, new.header.parent)
    assert line.startswith("crisper: the verdicts of kept were kept")


def test_a_scenario_of_ones_own_is_judged_again(crisper, run, file_of_ones_own):
    """A scenario that no declared package holds is judged again by the file that is named."""
    told = crisper("judge", run, "--scenarios", file_of_ones_own)
    (verdict,) = read(type(run)(told.stdout.strip())).verdicts

    assert ("", "pass", "1 call, all well") == (told.stderr, verdict.finding.word, verdict.finding.because)


def test_lives_are_measured_again(crisper, made, tmp_path):
    """What a history tells of lives is measured again, whoever declared its scenario."""
    write = made.op(1, "set", expires_ns=made.SECOND)
    writer = Writer(tmp_path / "old.jsonl")
    history = made.history(write, observations=[made.seen("reads", since="write")])
    writer.write(made.header(), made.contestant(), history)
    writer.close()
    (found,) = read(type(tmp_path)(crisper("judge", tmp_path / "old.jsonl").stdout.strip())).lifetimes

    assert ("kept", made.SECOND, ["A1"]) == (found.scenario, found.expires_ns, found.promises)


@pytest.mark.parametrize(("text", "said"), [("import nowhere_to_be_found", "No module named"), ("", "no scenario")])
def test_a_file_without_scenarios_is_refused(crisper, run, tmp_path, text, said):
    """A file that cannot be imported, or declares nothing, is told on one line, and no Run is written."""
    file = tmp_path / "wrong.py"
    file.write_text(text)
    told = crisper("judge", run, "--scenarios", file)

    assert (ExitCode.usage, True, 1) == (told.exit_code, said in told.stderr, len([*tmp_path.glob("*.jsonl")]))
