"""Measure the pipeline and the book, each as a ratio to a plain script that does the notebooks' work.

Everything happens in a copy of the compendium, which is removed at the end.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
COPIED = ("_config.yml", "_toc.yml", "requirements.lock", "book", "data", "notebooks", "results", "src", "CITATION.cff")
PROGRAM = str(Path(sys.executable).with_name("compendium"))
BOOK = str(Path(sys.executable).with_name("jupyter-book"))


def main() -> None:
    """Print one table: what was done, seconds, and the ratio to the plain script."""
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print("Each figure is the median of three runs of the whole command.\n")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay_out(root)
        floor = median(root, [sys.executable, str(PROJECT / "benchmarks" / "plain.py")])
        told("plain script, one process (the floor)", floor, floor)
        told("compendium run, from cold", median(root, [PROGRAM, "run", "--force"]), floor)
        told("compendium run, nothing changed", median(root, [PROGRAM, "run"]), floor)
        changed = median(root, [PROGRAM, "run"], before=lambda: change_a_cell(root))
        told("compendium run, one notebook changed", changed, floor)
        told("compendium book, from cold", median(root, [PROGRAM, "book", "--force"]), floor)
        told("compendium book, nothing changed", median(root, [PROGRAM, "book"]), floor)
        plain = median(root, [BOOK, "build", ".", "--all", "-q", "--path-output", str(root / "_plain")])
        told("jupyter-book build, for comparison", plain, floor)


def lay_out(root: Path) -> None:
    """Copy the compendium without what was built or installed."""
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "capture"))
        else:
            shutil.copy(source, root)


def change_a_cell(root: Path) -> None:
    """Add a comment to a cell of the coding notebook."""
    path = root / "notebooks" / "05-coding.ipynb"
    content = path.read_text(encoding="utf-8")
    mark = "this = open_study(study)"
    path.write_text(content.replace(mark, f"{mark}  # {time.monotonic_ns()}", 1), encoding="utf-8")


def median(root: Path, words: list[str], *, before: Callable[[], None] = lambda: None) -> float:
    """The middle one of three times of a whole command."""
    times = []
    for _ in range(3):
        before()
        started = time.perf_counter()
        subprocess.run(words, cwd=root, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return sorted(times)[1]


def told(what: str, seconds: float, floor: float) -> None:
    """Print one row."""
    print(f"{what:<42}{seconds:>8.2f} s{seconds / floor:>9.2f} × the script")


if __name__ == "__main__":
    main()
