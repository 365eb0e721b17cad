from __future__ import annotations

import shlex


def properties(case):
    return {each.get("name"): each.get("value") for each in case.iter("property")}


def test_junit_calls_a_broken_promise_a_failure(session):
    """The failure's message is the reason, and the properties name clause, level and verdict."""
    case = session("broken").cases["written[kv-forgetful]"]

    assert case.find("failure").get("message").startswith("X1 fail: get answered nothing; last written was b'here'")
    assert {
        "scenario": "written",
        "layer": "kv",
        "contestant": "forgetful",
        "clause": "X1",
        "X1.level": "must",
        "X1.verdict": "fail",
        "X1.standing": "nonconformance",
    } == properties(case)


def test_junit_calls_a_known_deviation_skipped(session):
    """What is known is skipped, with the reason and the place of the entry."""
    message = session("known").cases["written[kv-forgetful]"].find("skipped").get("message")

    assert "X1 fail: get answered nothing" in message
    assert "deviations.toml:2" in message


def test_junit_calls_our_own_failure_an_error(session):
    """What the harness could not do is an error, and no failure."""
    case = session("error").cases["written[kv-broken]"]

    assert "no such luck" in case.find("error").get("message")
    assert case.find("failure") is None


def test_every_failure_has_its_script(session):
    """A script stands beside the Run for each failure, known or not, and the Run holds the same text."""
    for played in (session("broken"), session("known")):
        folder = played.file.with_suffix("") / "repro"
        names = {each.name for each in folder.iterdir()}

        assert {"X1-written-kv-forgetful.py", "X1-written-result-forgetful.py"} == names
        assert all(each.script == (folder / each.file).read_text() for each in played.run.reproductions)
        assert "2 scripts" in played.said


def test_the_command_plays_this_one_again(session, again):
    """The one-line command selects the playing alone, with its seed and its backend, and sees the same."""
    run = session("broken").run
    found = next(each for each in run.reproductions if each.play.layer == "kv")
    words = shlex.split(found.command)

    assert ["pytest", "-p", "crisper.plugin", "scenario_small.py::written[kv-forgetful]"] == words[:4]

    played = again("-k", "written and kv", *words[4:])

    assert run.header.seed == played.run.header.seed
    assert [found.script] == [each.script for each in played.run.reproductions]


def test_a_build_page_gets_the_summary(session):
    """What GITHUB_STEP_SUMMARY names gets the summary in Markdown."""
    page = (session("broken").folder / "step.md").read_text()

    assert page.startswith("## Result backends\n")
    assert "**FAIL**" in page


def test_a_build_page_that_cannot_be_written_stops_nothing(session):
    """The exit code is the gate's, and one line says why there is no page."""
    assert "GITHUB_STEP_SUMMARY: cannot write to /nowhere/step.md" in session("kept").said
