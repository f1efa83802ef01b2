"""What the tests of sweeps share: a compendium whose notebook does little, tables of rows, and what was noted."""

import csv
import os
import shutil
import time
from pathlib import Path

from analysis.sweep import folder_of, sweep
from analysis.sweep_row import run_row
from analysis.sweep_table import read_sweep
from making import make_notebook

PARAMETERS = 'study: str = "liu2025"\nmin_comments: int = None\ntoken_unit: str = None'
# What a row does, besides its value: it notes that it ran, and may fail, be killed or take its time.
CELL = """
import os
import time
from pathlib import Path

from analysis.results import record
from analysis.study import open_study

this = open_study(study)
root = this.root
fewest = this.decide("min_comments", min_comments)
with (root / "began.txt").open("a") as file:
    file.write(f"{fewest}\\n")
if (root / f"kill-{fewest}").exists():
    if (root / f"kill-{fewest}").read_text() == "once":
        (root / f"kill-{fewest}").unlink()
    lock = this.results.with_name(".liu2025.lock")
    os.kill(int(lock.read_text().split()[0]), 9)
    time.sleep(60)
while (root / f"wait-{fewest}").exists():
    time.sleep(0.02)
assert not (root / f"fail-{fewest}").exists(), "too few comments"
record("twice", 2 * fewest, unit="comments", origin="published")
record("unit", this.decide("token_unit", token_unit), origin="published")
with (root / "ended.txt").open("a") as file:
    file.write(f"{fewest}\\n")
"""


def made_light(small: Path) -> Path:
    """The small compendium with a single notebook that does little, and a second study."""
    shutil.rmtree(small / "notebooks")
    make_notebook(small / "notebooks/01-only.ipynb", PARAMETERS, CELL)
    (small / "data/other").mkdir()
    settings = (small / "data/liu2025/study.yml").read_text(encoding="utf-8")
    (small / "data/other/study.yml").write_text(settings.replace("value: 20\n", "value: 7\n"), encoding="utf-8")
    shutil.copy(small / "data/liu2025/hashtags.csv", small / "data/other")
    return small


class InTurn:
    """Runs rows one after the other, without a process of their own."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def run_all(self, tasks):
        return map(run_row, tasks)


def over(root: Path, *lines: str) -> Path:
    path = root / "cuts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def swept(root: Path, file: Path, at=None, study: str = "liu2025", progress=lambda ran: None):
    folder = folder_of(root, file, study)
    return sweep(read_sweep(file, root, study), folder, root, at or InTurn(), progress)


def noted(root: Path, what: str) -> list[str]:
    path = root / f"{what}.txt"
    return sorted(path.read_text().split()) if path.exists() else []


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def until(true) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def end_with_status_3(task, answer) -> None:
    """What stands in for a row whose process ends without a word."""
    os._exit(3)
