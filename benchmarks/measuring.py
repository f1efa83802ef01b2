"""How long a command takes, how much memory it needs, and the table in which it is told."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10
HEAD = f"{'':<46}{'seconds':>9}{'MB':>8}{'of the floor':>15}{'times as fast':>16}{'from 1 million':>16}"


@dataclass(frozen=True)
class Taken:
    """How long something took, and the memory of the largest process that took part."""

    seconds: float
    megabytes: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table: what was done, beside the least that it can take and beside what others would use.

    `first` is the same thing on a frame of one million posts.
    """

    name: str
    what: str
    taken: Taken
    floor: Taken | None = None
    peer: Taken | None = None
    first: Taken | None = None

    @property
    def figures(self) -> dict[str, float]:
        """What is told of it, by name."""
        seconds = self.taken.seconds
        known = {
            "seconds": seconds,
            "megabytes": self.taken.megabytes,
            "of_floor": self.floor and seconds / self.floor.seconds,
            "times_as_fast": self.peer and self.peer.seconds / seconds,
            "growth": self.first and seconds / self.first.seconds,
        }
        return {name: figure for name, figure in known.items() if figure is not None}

    def print(self) -> Taken:
        """Print the line; gives back what it took, so that others can be set beside it."""
        told = {name: f"{figure:,.2f}" for name, figure in self.figures.items()}
        told["megabytes"] = "" if self.taken.megabytes is None else f"{self.taken.megabytes:,.0f}"
        widths = {"seconds": 9, "megabytes": 8, "of_floor": 15, "times_as_fast": 16, "growth": 16}
        print(f"{self.what:<46}" + "".join(f"{told.get(name, ''):>{width}}" for name, width in widths.items()))
        sys.stdout.flush()
        return self.taken


def machine() -> str:
    """The machine and the Python on which it is measured."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def timed(words: list[object], folder: Path, more: Mapping[str, str] | None = None) -> Taken:
    """Run a whole command in a folder. Exits with what it said when it fails."""
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in words], cwd=folder, env={**os.environ, **(more or {})}, stdout=said, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, words))} failed:\n{said.read().decode(errors='replace')[-2000:]}")
    return Taken(seconds, used.ru_maxrss / MEGABYTE)


def median(runs: int, words: list[object], folder: Path, before: Callable[[], None] = lambda: None) -> Taken:
    """The middle one of several runs of a command."""
    found = []
    for _ in range(runs):
        before()
        found.append(timed(words, folder))
    return sorted(found, key=lambda taken: taken.seconds)[runs // 2]
