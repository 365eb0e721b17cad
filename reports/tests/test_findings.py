from __future__ import annotations

import datetime as dt
import re

from click.testing import CliRunner

from crisper.deviations import Deviation
from crisper_reports.commands import findings as command
from crisper_reports.findings import findings


def test_each_failure_has_its_reason_link_and_script(run, made):
    """What is known is told, too: it is what the page is for."""
    play = made.play("A6", "liar")
    known = Deviation(
        backend="liar",
        clause="A6",
        scenario="s.A6",
        message="wrote",
        upstream=made.UPSTREAM,
        review_by=dt.date(2030, 1, 1),
        place="deviations.toml:3",
    )
    text = findings(
        run(
            made.header([play]),
            made.contestant("liar", deviations=[known]),
            made.verdict(play, "fail", "wrote 2, read 1", deviation=known.place),
            made.reproduction(play, "print('the script')\n"),
            made.FOOTER,
        )
    )

    assert "### liar A6: The last write wins, at once, whichever client reads" in text
    assert "- `s.A6[kv]`: `wrote 2, read 1`" in text
    assert f"Upstream: <{known.upstream}>" in text
    assert "```python\nprint('the script')\n```" in text


def test_where_no_script_can_show_it_the_page_says_why(run, made):
    """And how to play it again."""
    play = made.play("A6", "liar")
    told = made.reproduction(play, None, "it was seen behind Celery's back")
    text = findings(run(made.header([play]), made.contestant("liar"), made.verdict(play, "fail"), told, made.FOOTER))

    assert "No script: it was seen behind Celery's back. Again: `pytest 's" in text


def test_what_is_kept_is_not_told(run, made):
    """Whoever breaks nothing has one line."""
    play = made.play("A6", "honest")
    text = findings(run(made.header([play]), made.contestant("honest"), made.verdict(play), made.FOOTER))

    assert "## honest\n\nCelery 5.6.2: breaks nothing." in text
    assert "###" not in text


def test_no_folder_of_the_machine_is_told(run, made):
    """Where the Run's own files were is left out, in reasons and scripts."""
    play, folder = made.play("A8", "liar"), "/var/tmp/crisper-1000/0123456789ab"
    text = findings(
        run(
            made.header([play]),
            made.contestant("liar"),
            made.verdict(play, "fail", f"no such file: {folder}/files/key"),
            made.reproduction(play, f"url = 'file://{folder}/files'\n"),
            made.FOOTER,
        )
    )

    assert "no such file: /tmp/files/key" in text
    assert "url = 'file:///tmp/files'" in text


def test_the_command_prints_the_page(like_real):
    """It goes to standard output, to be put wherever the page is published."""
    done = CliRunner().invoke(command, [str(like_real)], catch_exceptions=False)

    assert 0 == done.exit_code
    assert {"consul-celery", "filesystem"} <= set(re.findall(r"^### (\S+)", done.output, re.MULTILINE))
