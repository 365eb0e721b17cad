"""What several processes saw of one contestant."""

from __future__ import annotations

from crisper.checks.answers import READS, WRITES, answered, same, told
from crisper.checks.register import reads_see_last_write
from crisper.checks.together import both
from crisper.history import History
from crisper.scenario import Judged
from crisper.verdicts import Finding, failed, passed, undecided


def nobody_is_lost(history: History, _: Judged) -> Finding:
    """Every process that was started came back in time with what it had seen."""
    lost = list(history.seen("lost"))
    if lost:
        return failed(f"{len(lost)} processes did not come back: {lost[0].data['why']}")
    return passed("every process came back")


def greenlets_see_last_write(history: History, contestant: Judged) -> Finding:
    """Every greenlet reads what it wrote itself, and none hangs; where there are none, nothing is found."""
    for each in history.seen("no greenlets"):
        return Finding(word="inapplicable", because=str(each.data["why"]))
    return both(reads_see_last_write, nobody_is_lost)(history, contestant)


def exits_quietly(history: History, _: Judged) -> Finding:
    """An interpreter ends in time, with code 0, and without a word."""
    exits = list(history.seen("exit"))
    for each in exits:
        code, text = each.data["code"], str(each.data["text"]).strip()
        if code is None:
            return failed("it did not come to its end")
        if code or text:
            return failed(f"it ended with code {code}, and said: {text}")
    return passed("it ended, without a word") if exits else undecided("nobody ended")


def every_process_reads(history: History, contestant: Judged) -> Finding:
    """Every read of every process says what was written before they started."""
    lost = nobody_is_lost(history, contestant)
    if lost.word != "pass":
        return lost
    written = next(iter(history.calls(*WRITES)))
    if written.outcome != "ok":
        return failed(f"{written.call} raised {written.failure}", written.seq)
    reads = [op for op in history.calls(*READS) if op.client.startswith("process")]
    for op in reads:
        if op.outcome != "ok":
            return failed(f"{op.call} in another process raised {op.failure}", op.seq)
        if not same(answered(op), written.input):
            return failed(f"{op.call} in another process answered {told(answered(op))}", written.seq, op.seq)
    return passed(f"{len(reads)} reads in other processes") if reads else undecided("nothing was read")
