from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from crisper_scenarios import tax


MICRO = Path(tax.__file__).with_name("micro.py")


def test_both_figures_are_told_with_their_spread(monkeypatch, capsys):
    """Each figure comes with an interval, the number of blocks and its bound; here it is not looked at."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setattr(tax, "PAIRS", 3)
    tax.main("memory")
    recorded, looped = capsys.readouterr().out.splitlines()

    assert re.fullmatch(
        r"recording a call with 100 B, in ns: \d+ \(95 %: \d+ to \d+; 3 pairs of blocks\); at most 2000", recorded
    )
    assert re.fullmatch(
        r"a closed loop of reads on memory, .*: [\d.]+% \(.*; 3 pairs of blocks\); at least 97%", looped
    )


def test_the_interval_holds_the_median():
    """Of alike samples nothing else is told; of others the interval is around the median."""
    assert "2 (95 %: 2 to 2; 5 pairs of blocks)" == tax.told([2.0] * 5, ".0f")
    assert tax.told([1.0, 2.0, 3.0] * 9, ".0f").startswith("2 (95 %: 1 to 3;")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("crisper_scenarios.tax", "nonsense"), 1),
        (("pytest", "-p", "crisper.plugin", "-p", "no:cacheprovider", str(MICRO), "--backend", "nonsense"), 4),
    ],
)
def test_a_backend_that_nobody_knows_is_one_clear_line(command, code, tmp_path):
    """Before anything is measured, and without a traceback."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr

    assert (code, 1) == (done.returncode, said.count("crisper: --backend nonsense: no such backend"))
    assert "Traceback" not in said
