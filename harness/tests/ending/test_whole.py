from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from crisper import registry
from crisper.backends import Backend
from crisper.clauses import Clause
from crisper.errors import UsageError
from crisper.gate import ruling
from crisper.history import Play
from crisper.player.plan import Entry, Plan
from crisper.plugin.whole import Whole
from crisper.runs import ContestantInfo
from crisper.scenario import scenario
from crisper.verdicts import Verdict, failed


X1 = Clause(id="X1", sentence="It works.", level="must", source="here")
ENTRY = """
[[deviation]]
backend = "{backend}"
clause = "X1"
scenario = "{scenario}"
message = "no"
upstream = "https://example.org/1"
review_by = 2099-01-01
"""


def declare(name, lane="play", **more):
    def script(stage):
        """Do nothing."""

    script.__name__ = name
    return scenario({X1: lambda *_: failed("no")}, layers=("kv",), lane=lane, **more)(script)


SCENARIOS = declare("one"), declare("two"), declare("slow", "watch"), declare("slowest", "watch", full=True)
DECLARED = {each.id: each for each in SCENARIOS}


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    """Nothing else is declared."""
    monkeypatch.setattr(registry, "scenarios", lambda: DECLARED)
    monkeypatch.setattr(registry, "backend_names", lambda: ["liar"])


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deviations.toml"


def whole(file, *scenarios, contestants=("liar",), profile="quick"):
    entries = [
        Entry(play=Play(scenario=each, layer="kv", contestant=name), scenario=DECLARED[each], source="")
        for each in scenarios
        for name in contestants
    ]
    backends = {"liar": Backend(name="liar", url="lie://", claims=frozenset({"kv"}), client="", deviations=file)}
    options = dict.fromkeys(contestants, "lie://")
    return Whole(Plan(entries=entries, backends=backends, options=options, seed=1, profile=profile))


def config(**options):
    return SimpleNamespace(option=SimpleNamespace(**{"keyword": "", "lf": False} | options))


def player(file):
    from crisper import deviations

    info = ContestantInfo(
        name="liar",
        url="lie://",
        layers=["kv"],
        claims=["kv"],
        facts={},
        deviations=deviations.known(file, "liar"),
        celery="5.7.0",
        client="",
    )
    verdict = Verdict(
        play=Play(scenario="one", layer="kv", contestant="liar"), clause="X1", level="must", finding=failed("no")
    )
    found = ruling(verdict, info.deviations, celery="5.7.0", engine="", today=dt.date(2026, 6, 1))
    return SimpleNamespace(rulings=[found], info=lambda _: info)


def test_all_of_a_lane_is_whole(file):
    """A lane that is left out entirely is no filter; part of one is."""
    assert [] == whole(file, "one", "two").lacking
    assert [] == whole(file, "one", "two", "slow").lacking
    assert ["two[kv-liar]"] == [str(play) for play in whole(file, "one", "slow").lacking]


def test_a_quick_run_is_whole_without_what_is_full(file):
    """What only the profile full plays is lacking there alone."""
    assert ["slowest[kv-liar]"] == [str(play) for play in whole(file, "one", "two", "slow", profile="full").lacking]
    assert [] == whole(file, "one", "two", "slow", "slowest", profile="full").lacking


@pytest.mark.parametrize("options", [{"keyword": "one"}, {"lf": True}])
def test_a_filter_is_refused_whatever_it_left(file, options):
    """-k and --lf are refused even where they happened to leave nothing out."""
    with pytest.raises(UsageError, match="--update-deviations needs a whole run"):
        whole(file, "one", "two").expect(config(**options))


def test_what_is_left_out_is_named(file):
    """A run that left something out is refused, with one of the playings that it lacks."""
    with pytest.raises(UsageError, match=r"1 playings are left out, two\[kv-liar\] for one \(drop -k"):
        whole(file, "one").expect(config())


def test_a_whole_run_finds_what_is_stale(file):
    """What names a scenario or a backend that nobody declares is stale; what was seen is not."""
    entries = [("liar", "one"), ("liar", "three"), ("nobody", "one")]
    file.write_text("".join(ENTRY.format(backend=backend, scenario=name) for backend, name in entries))
    found = whole(file, "one", "two").stale(player(file))

    assert 2 == len(found)
    assert "deviations.toml:18 names the backend 'nobody'" in found[0]
    assert "deviations.toml:10 names the scenario 'three'" in found[1]


def test_a_filtered_run_calls_nothing_stale(file):
    """Where something was left out, nothing can be said."""
    file.write_text(ENTRY.format(backend="liar", scenario="three"))

    assert [] == whole(file, "one").stale(player(file))


def test_the_proposal_stands_beside_the_run(file, tmp_path):
    """The proposal is written into the Run's own folder."""
    run = tmp_path / "2026-abc.jsonl"
    target = whole(file, "one", "two").propose(run, player(file).rulings, [])

    assert tmp_path / "2026-abc" / "deviations.toml" == target
    assert f"# For {file}. Seen: no" in target.read_text()
