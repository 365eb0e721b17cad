from __future__ import annotations

import shutil
from pathlib import Path

import pytest


IMPATIENT = "from crisper.player import company\n\ncompany.BLOCK_WITHIN_S = 2.0\n"


@pytest.fixture(scope="module")
def measurements(tmp_path_factory, play):
    """What came of workloads of which one hangs and one ends its process, by their names."""
    folder = tmp_path_factory.mktemp("timed")
    shutil.copy(Path(__file__).with_name("timed_scenarios.py"), folder / "scenario_timed.py")
    (folder / "conftest.py").write_text(IMPATIENT)
    return {each.operation: each for each in play(folder).run.measurements}


@pytest.mark.parametrize(
    ("operation", "because"),
    [
        ("dying", "a block was lost: the contestant's process ended by itself, with exit code 7"),
        ("hanging", "a block was lost: ended by the watchdog after 2 s"),
    ],
)
def test_what_cannot_be_timed_says_why(measurements, operation, because):
    """What hangs is waited for once, and is no number."""
    assert ("failing", because) == (measurements[operation].validity, measurements[operation].because)


def test_the_others_are_timed(measurements):
    """The contestant's other operations have their numbers."""
    assert (4, 0) == (len(measurements["reading"].rounds_p50_ns), measurements["reading"].failures)
