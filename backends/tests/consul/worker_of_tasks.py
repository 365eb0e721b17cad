"""A real worker for `tasks_for_worker`, and the tasks as their caller has them."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


HERE = Path(__file__).parent
MODULE = "tasks_for_worker"


@contextmanager
def working(broker: str, url: str, pool: str, log: Path) -> Iterator[ModuleType]:
    """Yield the tasks while a worker of four serves them, the results being kept at a backend's URL."""
    os.environ |= {"TASKS_BROKER": broker, "TASKS_BACKEND": f"crisper_backends.consul.backend:ConsulBackend+{url}"}
    sys.modules.pop(MODULE, None)
    tasks = importlib.import_module(MODULE)
    celery = [sys.executable, "-m", "celery", "-A", MODULE, "worker", "-l", "info", "-P", pool, "-c", "4"]
    with log.open("w") as written:
        worker = subprocess.Popen(
            celery, cwd=HERE, stderr=written, stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
    try:
        assert 3 == tasks.add.delay(1, 2).get(timeout=60)
        yield tasks
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
