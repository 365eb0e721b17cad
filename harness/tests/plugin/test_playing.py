from __future__ import annotations

from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest

from crisper.gate import ExitCode
from crisper.runs import Record
from crisper.servers import strays


WORDS = {
    "kept-kv": "pass",
    "kept-result": "pass",
    "broken-kv": "fail",
    "regretted-kv": "fail",
    "doubted-kv": "unknown",
    "hanging-kv": "unknown",
    "killing-kv": "unknown",
    "leaving-kv": "unknown",
    "shouting-kv": "pass",
    "forking-kv": "pass",
    "orphaning-kv": "unknown",
    "leaking-kv": "pass",
    "closing-kv": "pass",
    "failed_by_us-kv": "error",
    "overspending-kv": "unknown",
    "lasting-kv": "pass",
}


def test_every_playing_ends_in_its_verdict(everything):
    """Whatever a script does, it has a verdict, and what comes after it is played."""
    assert WORDS == everything.words(), everything.output


@pytest.mark.parametrize(
    ("scenario", "because"),
    [
        ("hanging", "ended by the watchdog after 1 s"),
        ("killing", "the contestant's process ended by itself, with signal 9"),
        ("orphaning", "the contestant's process ended by itself, with signal 9"),
        ("leaving", "the script did not come to its end: SystemExit: 3"),
        ("failed_by_us", "ServerError: it was not to be frozen"),
        ("overspending", "BudgetSpentError: more than the 3 calls that the scenario declared"),
    ],
)
def test_what_went_wrong_is_told(everything, scenario, because):
    """A playing that did not come to its end says why, and is never a pass."""
    assert because in everything.because(scenario)


def test_no_playing_s_names_begin_as_another_s(everything):
    """What is counted on a server by the beginning of its name is one playing's alone."""
    keys = [op.keys[0] for history in everything.run.histories for op in history.ops if op.keys]
    namespaces = {key.rpartition("-")[0] for key in keys}

    assert len(namespaces) > 5
    assert 1 == len({len(each) for each in namespaces})


def test_the_gate_decides_the_exit_code(everything):
    """One broken must, and the session says nonconformance, whatever else was in doubt."""
    assert ExitCode.nonconformance == everything.code


def test_the_run_is_complete(everything):
    """The Run has a footer with the exit code, and nothing that was planned is missing."""
    run = everything.run

    assert (True, [], ExitCode.nonconformance) == (run.complete, run.missing, run.footer.exit_code)


def test_the_run_follows_its_schema(everything):
    """Every line of a Run is valid by the JSON Schema that is published."""
    validator = jsonschema.Draft202012Validator(msgspec.json.schema(Record))
    lines = [msgspec.json.decode(line) for line in everything.file.read_bytes().splitlines()]

    assert [] == [error.message for line in lines for error in validator.iter_errors(line)]
    assert {"header", "contestant", "history", "verdict", "reproduction", "footer"} == {
        line["record"] for line in lines
    }


def test_nothing_is_left(everything):
    """No process that a contestant left behind lives on, and the Run's own folder is gone."""
    assert [] == [stray for stray in strays.marked() if stray.lease.is_relative_to(everything.home)]
    assert [] == [each.name for each in everything.home.glob("crisper-*/*")]


def test_what_a_contestant_prints_is_not_shown(everything):
    """A megabyte on a contestant's output harms nobody, and hides nothing of ours."""
    assert ("xxxx" in everything.output, "yyyy" in everything.output) == (False, False)


def test_no_traceback_is_shown(everything):
    """A broken promise is no fault of our code: the reason is shown, not where it was found."""
    assert "K2 fail: as foreseen" in everything.output
    assert "Traceback" not in everything.output


def test_a_should_is_reported(everything):
    """A broken should is reported, as an expected failure, and stops nothing."""
    assert "1 xfailed" in everything.output


def test_junit_tells_the_same(everything):
    """The JUnit report has a case for every playing, with the reasons of those that stop the gate."""
    cases = list(ET.parse(everything.folder / "junit.xml").iter("testcase"))
    failures = {case.get("name"): case.find("failure").text for case in cases if case.find("failure") is not None}

    assert (len(WORDS), "K2 fail: as foreseen") == (len(cases), failures["broken[kv-memory]"])
    assert {"broken", "doubted", "hanging", "killing", "leaving", "orphaning", "overspending"} == {
        name.partition("[")[0] for name in failures
    }
