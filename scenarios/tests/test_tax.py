from __future__ import annotations

import re

from crisper_scenarios import tax


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
