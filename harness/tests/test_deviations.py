from __future__ import annotations

import datetime as dt

import pytest

from crisper.deviations import known
from crisper.errors import DeviationError


MINIMAL = """
[[deviation]]
backend = "redis"
clause = "A1"
scenario = "kept"
message = "^gone"
upstream = "https://example.org/1"
review_by = 2030-01-31
"""
ALL = """# Two of them.
[[deviation]]
backend = "redis"
clause = "A1"
scenario = "kept"
message = "^gone after [0-9]+ s"
upstream = "https://example.org/1"
review_by = 2030-01-31
celery = ">=5.6,<5.7"
engine = "<8"
layer = "result"
intermittent = true

[[deviation]]
backend = "consul"
clause = "A2"
scenario = "kept"
message = "x"
upstream = "https://example.org/2"
review_by = 2030-01-31
"""


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a deviations file in a vendor's folder."""
    folder = tmp_path / "vendor"
    folder.mkdir()

    def write(text):
        (folder / "deviations.toml").write_text(text)
        return folder / "deviations.toml"

    return write


def test_all_fields_are_read(file):
    """A deviation holds every field of its file, and where it stands there."""
    (found,) = known(file(ALL), "redis")

    assert ("A1", "kept", ">=5.6,<5.7", "<8", "result", True) == (
        found.clause,
        found.scenario,
        found.celery,
        found.engine,
        found.layer,
        found.intermittent,
    )
    assert (dt.date(2030, 1, 31), "vendor/deviations.toml:2") == (found.review_by, found.place)


def test_each_backend_has_its_own(file):
    """A file may hold the deviations of several backends; a place is the line of its own table."""
    assert [["vendor/deviations.toml:2"], ["vendor/deviations.toml:14"], []] == [
        [each.place for each in known(file(ALL), name)] for name in ("redis", "consul", "memory")
    ]


def test_no_file_is_no_deviation(tmp_path):
    """A backend without a file has none."""
    assert [] == known(tmp_path / "deviations.toml", "redis")


def test_an_empty_file_is_no_deviation(file):
    """An empty file holds none."""
    assert [] == known(file("# nothing yet\n"), "redis")


@pytest.mark.parametrize(
    ("line", "instead", "field"),
    [
        ('clause = "A1"', "", "clause"),
        ("review_by = 2030-01-31", 'review_by = "soon"', "review_by"),
        ("review_by = 2030-01-31", "review_by = 2030-13-41", "deviations.toml"),
        ('clause = "A1"', 'clause = "A1"\nlayer = "kvv"', "layer"),
        ('clause = "A1"', 'clause = "A1"\nclaus = "A1"', "claus"),
        ('clause = "A1"', "clause = 1", "clause"),
        ("[[deviation]]", "[[deviations]]", "deviations"),
        ("[[deviation]]", "[[deviation", "deviations.toml"),
        ('message = "^gone"', 'message = "(gone"', "vendor/deviations.toml:2: missing"),
        ('clause = "A1"', 'clause = "A1"\ncelery = "five"', "Invalid specifier: 'five'"),
        ('clause = "A1"', 'clause = "A1"\nengine = "8 or so"', "Invalid specifier: '8 or so'"),
    ],
)
def test_a_malformed_file_names_itself_and_the_field(file, line, instead, field):
    """A field that is missing, unknown, of another type, or no pattern or specifier is told on one line."""
    with pytest.raises(DeviationError) as caught:
        known(file(MINIMAL.replace(line, instead)), "redis")

    assert ["deviations.toml", field] == [word for word in ("deviations.toml", field) if word in str(caught.value)]


def test_a_malformed_file_is_told_from_others(file):
    """The error says whose file it is."""
    with pytest.raises(DeviationError, match=r"vendor/deviations.toml"):
        known(file("[[deviation]]\n"), "redis")


@pytest.mark.parametrize("heading", ["[[deviation]] # known since 2024", "[[ deviation ]]"])
def test_a_heading_may_be_written_as_toml_allows(file, heading):
    """A comment behind a heading, or spaces within, change nothing."""
    assert 1 == len(known(file(MINIMAL.replace("[[deviation]]", heading)), "redis"))


@pytest.mark.parametrize(
    ("specifiers", "versions", "covered"),
    [
        ({}, ("5.6.2", "8.0.5"), True),
        ({"celery": "<5.7"}, ("5.6.2", ""), True),
        ({"celery": "<5.7"}, ("5.7.0", ""), False),
        ({"celery": ">=5.7"}, ("5.8.0rc1", ""), True),
        ({"engine": ">=7,<8"}, ("5.6.2", "7.2.1"), True),
        ({"engine": ">=7,<8"}, ("5.6.2", "8.0.5"), False),
        ({"celery": "<5.7", "engine": ">=8"}, ("5.6.2", "7.0"), False),
    ],
)
def test_versions_are_covered_by_specifiers(made, specifiers, versions, covered):
    """A deviation is expected only of the versions that it is known of."""
    celery, engine = versions

    assert covered is made.deviation(**specifiers).covers(celery=celery, engine=engine)


@pytest.mark.parametrize(("version", "covered"), [("", False), ("unknown", False), ("1.20.6+ent", True)])
def test_an_odd_version_is_no_crash(made, version, covered):
    """A server that tells no version is not among those that are known; a vendor's suffix changes nothing."""
    assert covered is made.deviation(engine="<8").covers(celery="5.6.2", engine=version)


@pytest.mark.parametrize(("because", "explained"), [("it was gone after 3 s", True), ("it was refused", False)])
def test_a_deviation_expects_one_failure(made, because, explained):
    """The message is a pattern that is sought anywhere in the reason."""
    assert explained is made.deviation(message=r"gone after \d s").explains(because)
