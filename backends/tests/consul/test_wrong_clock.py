import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest


pytestmark = pytest.mark.integration

# Beside the system's libraries, or in the folder of one architecture.
LIBRARY = next(
    (each for where in ("", "*/") for each in Path("/usr/lib").glob(f"{where}faketime/libfaketimeMT.so.1")), None
)
LIFE_S = 8
SECOND_NS = 10**9

WRITER = """
backend.set(sys.argv[3], "v")
told = {"returned_ns": time.monotonic_ns()}
"""
#: Tells of each key when it was last found, and when it was first found missing.
READER = """
told = {key: {} for key in sys.argv[3:]}
while not all("missing_ns" in each for each in told.values()):
    for key, each in told.items():
        called_ns = time.monotonic_ns()
        if backend.get(key) is not None:
            each["found_ns"] = called_ns
        elif "found_ns" in each:
            each.setdefault("missing_ns", time.monotonic_ns())
    time.sleep(0.02)
"""
CHILD = """
import json, select, sys, time
# libfaketime 0.9.10 breaks the sleep until a moment, which Python's own is since 3.11.
time.sleep = lambda seconds: select.select([], [], [], seconds)
from celery import Celery
from crisper_backends.consul.backend import ConsulBackend
clocks = {"wall": time.time(), "monotonic": time.monotonic()}
backend = ConsulBackend(app=Celery("x"), url=sys.argv[1], expires=float(sys.argv[2]))
called_ns = time.monotonic_ns()
%s
print(json.dumps({"clocks": clocks, "called_ns": called_ns, "told": told}))
"""


class Child:
    """A process whose wall clock is wrong by so many seconds, and whose monotonic clock is right."""

    def __init__(self, wrong_s, code, *arguments):
        preload = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": f"{wrong_s:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.wrong_s = wrong_s
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD % code, *arguments], stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | (preload if wrong_s else {}), text=True,
        )  # fmt: skip

    def says(self):
        """Return what it says at its end."""
        said, _ = self.process.communicate(timeout=60)
        clocks = json.loads(said)["clocks"]

        assert abs(clocks["wall"] - time.time() - self.wrong_s) < 30
        assert 0 < time.monotonic() - clocks["monotonic"] < 30
        return json.loads(said)


@pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed (on Debian: the package libfaketime)")
def test_never_early_however_wrong_a_clock_is(url):
    """Of clients a minute fast, a minute slow and right, none ends a life early, nor over two seconds late."""
    writers = {f"{wrong_s}": Child(wrong_s, WRITER, url, f"{LIFE_S}", f"{wrong_s}").says() for wrong_s in (-60, 0, 60)}
    readers = [Child(wrong_s, READER, url, f"{LIFE_S}", *writers) for wrong_s in (-60, 0, 60)]
    for reader in readers:
        told = reader.says()["told"]
        for key, written in writers.items():
            assert told[key]["missing_ns"] - written["called_ns"] >= LIFE_S * SECOND_NS
            assert told[key]["found_ns"] - written["told"]["returned_ns"] <= (LIFE_S + 2.1) * SECOND_NS
