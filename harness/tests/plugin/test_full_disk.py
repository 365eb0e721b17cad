from __future__ import annotations

import pytest

from crisper.gate import ExitCode


#: As full as a disk can be made without being root; what is written beyond is refused in the middle of a line.
LIMIT = "import resource\n\nresource.setrlimit(resource.RLIMIT_FSIZE, ({bytes}, resource.RLIM_INFINITY))\n"
SMALL = ("-k", "kept or lasting")


@pytest.fixture(scope="module")
def size(tmp_path_factory, own, play):
    """How long the Run of a small session is."""
    return play(own(tmp_path_factory.mktemp("roomy")), *SMALL).file.stat().st_size


@pytest.fixture(scope="module", params=["header", "playings", "footer"])
def session(request, tmp_path_factory, own, play, size):
    """A session whose disk is full in that part of the Run."""
    room = {"header": 100, "playings": size // 2, "footer": size - 100}[request.param]
    folder = own(tmp_path_factory.mktemp(request.param))
    (folder / "conftest.py").write_text(LIMIT.format(bytes=room))
    # Python 3.11 leaves a .pyc behind that was cut off (https://github.com/python/cpython/issues/126606).
    return play(folder, *SMALL, PYTHONDONTWRITEBYTECODE="1")


def test_a_full_disk_is_one_clear_line(session):
    """Whenever the disk is full, the session ends as our failure, and one line says what to do."""
    lines = [
        line for line in session.output.splitlines() if "cannot write to the Run run.jsonl: File too large" in line
    ]

    assert (ExitCode.harness_error, 1) == (session.code, len(lines)), session.output
    assert "(free some space, or choose another file with --run)" in lines[0]
    assert "Traceback" not in session.output


def test_a_run_cut_off_by_a_full_disk_can_be_read(session):
    """What fitted is readable, up to the last whole record, unless it was the first one that did not fit."""
    if session.file.stat().st_size > 100:
        assert not session.run.complete
