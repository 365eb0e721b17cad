from __future__ import annotations

from crisper_reports import evidence


def _rows(found):
    (history,) = evidence.histories(found).values()
    return history


def test_evidence_is_kept_when_a_long_history_is_cut(run, made):
    """Of ten thousand Ops the marked ones and their neighbours stay, and what is left out is counted."""
    play = made.play("A6", "redis")
    ops = [made.op(seq) for seq in range(1, 10_001)]
    history = _rows(
        run(made.header([play]), made.history(play, ops), made.verdict(play, "fail", "x", evidence=(7777,)))
    )
    shown = [row[0] for row in history["ops"]]

    assert 7777 in shown
    assert evidence.TELLING_ROWS == len(shown)
    assert 10_000 == history["total"]
    assert shown[0] - 1 == history["ops"][0][-1]


def test_the_page_carries_only_so_many_rows(run, made):
    """However many playings there are, the page's rows stay within their budget."""
    plays = [made.play(f"A{number}", "redis") for number in range(200)]
    histories = [made.history(play, [made.op(seq) for seq in range(200)]) for play in plays]
    verdicts = [made.verdict(play, "fail" if number % 3 else "pass") for number, play in enumerate(plays)]
    found = evidence.histories(run(made.header(plays), *histories, *verdicts))

    assert evidence.PAGE_ROWS >= sum(len(each["ops"]) for each in found.values())


def test_an_op_says_what_it_did_and_when(run, made):
    """A row holds number, client, call, keys, input, output, outcome, error, time and length."""
    play = made.play("A6", "redis")
    op = made.op(
        2,
        "set",
        keys=["k"],
        input={"$bytes": "v"},
        expires_ns=2 * 10**9,
        outcome="unknown",
        error="Timeout",
        phase="watch",
    )
    (row,) = _rows(run(made.header([play]), made.history(play, [op])))["ops"]

    assert [2, "b · 1", "set (watch)", "'k'", "b'v', expires 2 s", "", "unknown"] == row[:7]
    assert ["Timeout (no message)", "6.000", "1.23 ms", 0] == row[7:]


def test_many_keys_are_counted_not_listed(run, made):
    """An mget of a hundred keys names the first few."""
    play = made.play("A10", "redis")
    op = made.op(1, "mget", keys=[f"k{number}" for number in range(100)])
    (row,) = _rows(run(made.header([play]), made.history(play, [op])))["ops"]

    assert "'k0', 'k1', 'k2', and 97 more" == row[3]
