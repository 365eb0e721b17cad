from __future__ import annotations

import msgspec
import pytest

from crisper.errors import RunError, UsageError
from crisper.history import Play
from crisper.runs import FORMAT, Writer, created, read


@pytest.fixture
def written(tmp_path):
    """Return a function that writes records to a file and returns its path."""

    def write(*records):
        path = tmp_path / "run.jsonl"
        writer = Writer(path)
        for record in records:
            writer.write(record)
        writer.close()
        return path

    return write


def test_what_is_written_is_read(made, written):
    """Every kind of record comes back as it was, and the Run is complete."""
    record = made.history(made.op(1, "set", input={"$bytes": "\xff"}), observations=[made.seen("lag", max_ns=1)])
    records = made.header(), made.contestant(), record, made.verdict("pass"), made.FOOTER
    run = read(written(*records))

    assert list(records) == [run.header, *run.contestants, *run.histories, *run.verdicts, run.footer]
    assert (True, False, []) == (run.complete, run.torn, run.missing)


def test_what_stands_is_readable_at_once(made, tmp_path):
    """A record is on its way to the disk as soon as it is written: a kill loses nothing before it."""
    writer = Writer(tmp_path / "run.jsonl")
    writer.write(made.header())
    run = read(tmp_path / "run.jsonl")
    writer.close()

    assert ("1", False) == (run.header.run, run.complete)


def test_a_torn_last_line_is_left_out(made, written):
    """What was being written when the writer was killed is left out, and remembered."""
    path = written(made.header(), made.verdict("pass"), made.FOOTER)
    path.write_bytes(path.read_bytes()[:-9])
    run = read(path)

    assert (1, None, True, False) == (len(run.verdicts), run.footer, run.torn, run.complete)


def test_without_a_footer_a_run_is_incomplete(made, written):
    """No footer: the Run did not come to its end."""
    assert not read(written(made.header())).complete


def test_missing_playings_are_named(made, written):
    """What was planned and left no trace is told, by contestant, layer and scenario."""
    other = msgspec.structs.replace(made.PLAY, layer="result")
    run = read(written(made.header(made.PLAY, other), made.contestant(), made.verdict("pass")))

    assert ["kept[result-memory]"] == [str(play) for play in run.missing]


def test_a_layer_that_is_lacking_misses_nothing(made, written):
    """Who has no kv layer leaves no gap there."""
    measured = Play(scenario="set", layer="kv", contestant="memory")
    run = read(written(made.header(measured), made.contestant(layers=["result"])))

    assert [] == run.missing


def test_a_run_is_never_overwritten(made, written):
    """A file that exists is refused, and stays as it is."""
    path = written(made.header())
    with pytest.raises(FileExistsError):
        Writer(path)

    assert "1" == read(path).header.run


def test_what_cannot_be_a_new_run_is_one_clear_line(tmp_path):
    """Nothing is overwritten, and whoever chose the place is told by which option."""
    (tmp_path / "file").touch()
    for path, said in (("file", "the file exists"), (".", "it is a folder"), ("file/run.jsonl", "file: File exists")):
        with pytest.raises(UsageError, match=f"^--run .*{said}"):
            created(tmp_path / path, "--run")


def test_two_runs_in_one_file_are_refused(made, written):
    """Whose calls were whose, nobody could tell."""
    with pytest.raises(RunError, match="holds more than one Run"):
        read(written(made.header(), made.FOOTER, made.header(), made.FOOTER))


def test_what_a_run_was_cut_off_from_is_one_line(made, written):
    """A Run that came to its end has none."""
    planned = written(made.header(plan=[made.PLAY]))

    assert f"{planned} was cut off: 1 planned playings are missing, {made.PLAY} for one" == read(planned).cut


def test_a_full_disk_is_one_clear_line(made, tmp_path):
    """Where the disk takes no more, the error says so and what to do."""
    writer = Writer(tmp_path / "run.jsonl")
    writer.close()
    with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123 - unbuffered, as the writer's own
        writer._file = full
        with pytest.raises(RunError, match=r"cannot write to the Run .*: No space left on device \(free some space"):
            writer.write(made.header())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty: no Run was written to it"),
        (b"\n \n", "is empty"),
        (b'{"record":"header","format":1,"ru', "cut off within its first line"),
        (b"<html>\n", r"run.jsonl, line 1, is not a record of a Run"),
        (b'{"record":"nonsense"}\n', r"line 1, is not a record of a Run: Invalid value 'nonsense'"),
        (b'["header"]\n', "line 1, is not a record of a Run"),
        (f'{{"record":"header","format":{FORMAT + 1}}}\n'.encode(), rf"has Run format {FORMAT + 1}.*upgrade"),
        (b"\xff\xfe\x00\n", "line 1, is not a record of a Run"),
    ],
)
def test_what_is_no_run_is_one_clear_line(tmp_path, text, said):
    """A file that is empty, cut off, newer, or something else names itself and what is wrong, on one line."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(text)
    with pytest.raises(RunError, match=said) as caught:
        read(path)

    assert 1 == len(str(caught.value).splitlines())


def test_a_run_that_does_not_begin_with_a_header_is_none(made, written):
    """Without a header nobody knows what was played."""
    with pytest.raises(RunError, match="its first line is not a header"):
        read(written(made.verdict("pass")))


def test_a_spoilt_line_is_named(made, written):
    """A line in the middle that cannot be read is an error that names file, line and field."""
    path = written(made.header(), made.verdict("pass"))
    path.write_text(path.read_text().replace('"pass"', '"perhaps"'))
    with pytest.raises(RunError, match=r"run.jsonl, line 2, .*perhaps.*finding.word"):
        read(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    """A Run that does not exist, or a folder, is one clear line."""
    with pytest.raises(RunError, match=r"cannot read the Run .*nothing.jsonl: No such file or directory"):
        read(tmp_path / "nothing.jsonl")
    with pytest.raises(RunError, match="Is a directory"):
        read(tmp_path)
