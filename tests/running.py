"""What the tests of the engines share: small notebooks, and how they are run."""

import contextlib
import time
from pathlib import Path

import psutil
import pytest

from analysis.execution import Job, Runner
from making import make_notebook

BOTH = pytest.mark.parametrize("engine", ["forked", "stock"])


def run(engine, path, *, parameters=None, **given):
    with Runner(engine, at_once=1) as runner:
        return runner.submit(Job(path, parameters or {}, path.parent, **given)).result()


def small(path: Path, *cells: str) -> Path:
    make_notebook(path, "n: int = 1", *cells)
    return path


def output_of(executed, cell=-1):
    return executed.cells[cell].outputs


def gone(process: int) -> bool:
    """Whether a process has ended, or does so within some seconds."""
    for _ in range(100):
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
                return True
        if not psutil.pid_exists(process):
            return True
        time.sleep(0.05)
    return False
