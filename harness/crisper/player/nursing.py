"""The process that forks the others: it imports what all of them need, runs no thread, and plays nothing itself."""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import NoReturn

from crisper.player import nursery
from crisper.player.nursery import NUMBER, Nursery, Order


_ORDER_BYTES, _DESCRIPTORS = 1 << 18, 16


@dataclass
class _Ward:
    """A process that was forked, and who wants to know of its end."""

    pid: int
    link: socket.socket
    told: bool = False

    def look(self) -> None:
        """Tell its end once it has come; it stays a zombie, so that its number is nobody else's."""
        ended = None if self.told else os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None:
            self.told = True
            code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            with suppress(OSError):  # nobody wants to know
                self.link.sendall(NUMBER.pack(code))


class _Nurse:
    """The loop: orders, ends, and those who have let go."""

    def __init__(self, control: socket.socket, lifeline: int) -> None:
        self._control = control
        self._lifeline = lifeline
        self._wards: dict[int, _Ward] = {}
        self._orphans: set[int] = set()
        self._selector = selectors.DefaultSelector()
        self._woken, self._waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(control, selectors.EVENT_READ, self._ordered)
        self._selector.register(lifeline, selectors.EVENT_READ, self._end)
        self._selector.register(self._woken, selectors.EVENT_READ, self._look)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking)

    def serve(self) -> NoReturn:
        """Fork whatever is ordered, until whoever began this lets go of the lifeline."""
        while True:
            for key, _ in self._selector.select():
                key.data()

    def _ordered(self) -> None:
        message, received, _, _ = socket.recv_fds(self._control, _ORDER_BYTES, _DESCRIPTORS)
        if not message:
            self._end()
        link, *descriptors = received
        order: Order = pickle.loads(message)  # noqa: S301 - from whoever started this process
        pid = os.fork()
        if pid == 0:
            self._leave()
            os.close(link)
            _run(order, descriptors)
        if order.group:  # here too, or somebody might end the group before there is one
            with suppress(OSError):
                os.setpgid(pid, pid)
        for each in descriptors:
            os.close(each)
        ward = self._wards[pid] = _Ward(pid, socket.socket(fileno=link))
        with suppress(OSError):  # who ordered it is gone by now
            ward.link.sendall(NUMBER.pack(pid))
        self._selector.register(ward.link, selectors.EVENT_READ, lambda: self._let_go(ward))

    def _leave(self) -> None:
        # What is forked is no nurse.
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._selector.close()
        for ward in self._wards.values():
            ward.link.close()
        for each in (self._woken, self._waking, self._lifeline):
            os.close(each)
        self._control.close()

    def _let_go(self, ward: _Ward) -> None:
        self._selector.unregister(ward.link)
        ward.link.close()
        del self._wards[ward.pid]
        self._orphans.add(ward.pid)
        self._reap()

    def _look(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._woken, 1 << 12)
        for ward in self._wards.values():
            ward.look()
        self._reap()

    def _reap(self) -> None:
        self._orphans -= {pid for pid in self._orphans if os.waitpid(pid, os.WNOHANG)[0]}

    def _end(self) -> NoReturn:
        for pid in [*self._wards, *self._orphans]:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _run(order: Order, descriptors: Sequence[int]) -> NoReturn:
    """Be the process that was ordered, and end as an interpreter does, but for what it would take down."""
    code = 1
    try:
        if order.session:
            os.setsid()
        elif order.group:
            os.setpgid(0, 0)
        for number, each in enumerate(descriptors[:3]):
            os.dup2(each, number)
            os.close(each)
        target, arguments = pickle.loads(order.job)  # noqa: S301 - from whoever started this process
        resolve_name(target)(*descriptors[3:], *arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as at the end of any interpreter
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code & 0xFF)


def branched(control: int, own: int, lifeline: int, prepare: str, *arguments: object) -> NoReturn:
    """Be a nursery that was forked from another."""
    with suppress(Exception):  # whoever plays here finds out, and says so
        resolve_name(prepare)(*arguments)
    nurse(control, own, lifeline)


def nurse(control: int, own: int, lifeline: int) -> NoReturn:
    """Serve; what is forked here finds in `nursery.here` the end that orders from this process."""
    nursery.settle(Nursery(socket.socket(fileno=own)))
    # What is there stays, and is not looked through: pages that nobody writes to are shared.
    gc.collect()
    gc.freeze()
    _Nurse(socket.socket(fileno=control), lifeline).serve()


def load(sources: Sequence[str]) -> None:
    """Import what every process needs that plays, works, or is played in, and the scenarios of declared packages."""
    from pathlib import Path
    from urllib.parse import urlsplit

    import celery.apps.worker
    import celery.concurrency.prefork
    import celery.concurrency.solo
    import celery.worker.worker
    from kombu.transport import get_transport_cls

    import crisper.celery.worker
    import crisper.player.child
    from crisper import registry
    from crisper.errors import UsageError

    with suppress(UsageError, ImportError):
        if (broker := registry.broker()) is not None:
            get_transport_cls(urlsplit(broker.url).scheme)
    folders = registry.scenario_folders()
    for source in map(Path, sources):
        if source.parent in folders:
            registry.module(source)
    del celery, crisper


if __name__ == "__main__":
    control, own, lifeline, *sources = sys.argv[1:]
    load(sources)
    nurse(int(control), int(own), int(lifeline))
