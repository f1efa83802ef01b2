import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from analysis import pipeline, sweep_here, sweep_row
from analysis.errors import BusyError
from analysis.study import open_study
from analysis.sweep_here import Here
from analysis.sweep_row import Ran, Task
from making import contents, load, make_notebook
from running import gone
from sweep_making import CELL, PARAMETERS, InTurn, end_with_status_3, made_light, noted, over, rows_of, swept, until


@pytest.fixture
def light(small: Path) -> Path:
    return made_light(small)


def test_each_row_has_results_of_its_own_and_one_table_has_all_values(light):
    before = {name for name in contents(light) if not name.startswith(("results", "_build"))}
    done = swept(light, over(light, "min_comments,token_unit", "5,", ",character"), Here(2))
    folder = light / "results/liu2025.cuts.sweep"
    assert done.folder == folder
    assert [(row["row"], row["min_comments"], row["value_name"], row["value"], row["origin"])
            for row in rows_of(folder / "sweep.csv")] == [
        ("min_comments=5", "5", "twice", "10", "published"), ("min_comments=5", "5", "unit", "word", "published"),
        ("token_unit=character", "20", "twice", "40", "published"),
        ("token_unit=character", "20", "unit", "character", "published"),
    ]  # fmt: skip
    assert load(folder / "rows/min_comments=5/liu2025/values.json")["twice"]["value"] == 10
    assert [row["state"] for row in rows_of(folder / "rows.csv")] == ["done", "done"]
    assert [path.name for path in (light / "results").iterdir()] == [folder.name]
    assert not list(folder.rglob(".*"))
    written = {name for name in contents(light) if not name.startswith(("results", "_build"))} - before
    assert written <= {"cuts.csv", "began.txt", "ended.txt", "data/liu2025/private/key"}


def test_a_row_that_is_done_is_not_run_again_and_a_new_one_is(light):
    swept(light, over(light, "min_comments", "5"))
    before = contents(light / "results")
    assert swept(light, light / "cuts.csv").ran["min_comments=5"].notebooks == 0
    assert contents(light / "results") == before
    swept(light, over(light, "min_comments", "6", "5"))
    assert noted(light, "ended") == ["5", "6"]


def test_a_row_fails_alone_and_is_run_again_when_it_is_mended(light):
    (light / "fail-5").touch()
    done = swept(light, over(light, "min_comments", "5", "6"))
    assert [ran.row for ran in done.failed] == ["min_comments=5"]
    assert "too few comments" in done.failed[0].why
    failed, good = rows_of(done.folder / "rows.csv")
    assert (failed["state"], good["state"]) == ("failed", "done")
    assert "01-only.ipynb, cell" in failed["why"]
    assert {row["row"] for row in rows_of(done.folder / "sweep.csv")} == {"min_comments=6"}
    assert not (done.folder / "rows/min_comments=5/liu2025").exists()
    (light / "fail-5").unlink()
    assert not swept(light, light / "cuts.csv").failed
    assert noted(light, "ended") == ["5", "6"]


def test_a_row_that_fails_later_keeps_its_results_and_loses_its_place_in_the_table(light):
    done = swept(light, over(light, "min_comments", "5"))
    kept = contents(done.folder / "rows/min_comments=5/liu2025")
    (light / "fail-5").touch()
    make_notebook(light / "notebooks/01-only.ipynb", PARAMETERS, CELL, "# changed")
    assert swept(light, light / "cuts.csv").failed
    assert rows_of(done.folder / "sweep.csv") == []
    assert contents(done.folder / "rows/min_comments=5/liu2025") == kept


def test_rows_of_several_studies_stand_in_one_table(light):
    file = over(light, "study,min_comments,name", "liu2025,,the first", "other,,the second", "other,9,")
    done = swept(light, file, study="")
    assert done.folder.name == "cuts.sweep"
    assert [(row["row"], row["study"], row["value"]) for row in rows_of(done.folder / "sweep.csv")][::2] == [
        ("the first", "liu2025", "40"), ("the second", "other", "14"), ("study=other,min_comments=9", "other", "18"),
    ]  # fmt: skip


def test_a_row_begins_with_those_results_of_its_study_that_its_values_do_not_change(once):
    done = swept(once, over(once, "min_comments", "5", "20"))
    assert {name: ran.notebooks for name, ran in done.ran.items()} == {"min_comments=5": 1, "min_comments=20": 0}
    pipeline.run(open_study(), {"min_comments": 5})
    assert contents(done.folder / "rows/min_comments=5/liu2025") == contents(once / "results/liu2025")


def test_a_row_does_not_begin_with_what_was_laid_beside_the_results_of_its_study(once):
    (once / "results/liu2025/comparison-values.csv").write_text("name\n")
    done = swept(once, over(once, "min_comments", "20"))
    row = contents(done.folder / "rows/min_comments=20/liu2025")
    assert row.keys() == contents(once / "results/liu2025").keys() - {"comparison-values.csv"}


class Told(InTurn):
    """A place where rows only say that they ran, in one order or the other."""

    def __init__(self, order=reversed):
        self.order = order

    def run_all(self, tasks):
        for task in self.order(tasks):
            value = {"value": task.given["min_comments"], "unit": "", "missing": "", "origin": "published"}
            yield Ran(task.row, 1, {"found": {**value, "notebook": "01-only"}})


def test_the_tables_are_the_same_whichever_row_ended_first(light):
    file = over(light, "min_comments", "5", "6", "7")
    first = contents(swept(light, file, Told(reversed)).folder)
    assert contents(swept(light, file, Told(list)).folder) == first
    assert [row["value"] for row in rows_of(light / "results/liu2025.cuts.sweep/sweep.csv")] == ["5", "6", "7"]


def test_a_row_whose_process_is_killed_is_run_in_another(light):
    (light / "kill-5").write_text("once")
    done = swept(light, over(light, "min_comments", "5", "6"), Here(2))
    assert not done.failed
    assert noted(light, "began") == ["5", "5", "6"]
    assert noted(light, "ended") == ["5", "6"]


def test_a_row_whose_process_is_killed_again_and_again_fails_and_the_others_go_on(light, monkeypatch):
    monkeypatch.setattr(sweep_here, "STARTS", 2)
    (light / "kill-5").write_text("always")
    done = swept(light, over(light, "min_comments", "5", "6"), Here(1))
    assert [ran.why.partition(".")[0] for ran in done.failed] == ["Its process was ended by signal 9, 2 times"]
    assert noted(light, "ended") == ["6"]


def test_a_process_that_ends_without_a_word_is_not_started_again(light, monkeypatch):
    monkeypatch.setattr(sweep_here, "be_row", end_with_status_3)
    done = swept(light, over(light, "min_comments", "5"), Here())
    assert "Its process ended with status 3 and said nothing" in done.failed[0].why


def test_two_sweeps_at_once_are_refused(light):
    file = over(light, "min_comments", "5")

    class Busy(Told):
        def run_all(self, tasks):
            with pytest.raises(BusyError, match=r"compendium sweep, liu2025.cuts.sweep: another process"):
                swept(light, file)
            return iter([Ran(tasks[0].row)])

    assert not swept(light, file, Busy()).failed


def test_a_sweep_that_runs_on_another_machine_is_left_alone(light):
    file, lock = over(light, "min_comments", "5"), light / "results/liu2025.cuts.sweep/.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("7 elsewhere")
    with pytest.raises(BusyError, match=r"liu2025.cuts.sweep: another process .7. on elsewhere is at it, .*\.lock"):
        swept(light, file)
    assert (lock.read_text(), noted(light, "began")) == ("7 elsewhere", [])
    lock.unlink()
    held = lock.parent / "rows/min_comments=5/.liu2025.lock"
    held.parent.mkdir(parents=True)
    held.write_text("7 elsewhere")
    assert not swept(light, file).failed


def test_an_interrupt_ends_the_rows_that_run_and_the_next_sweep_goes_on(light):
    file = over(light, "min_comments", "6", "7")
    (light / "wait-7").touch()
    below: list[int] = []

    def interrupt(ran):
        until(lambda: "7" in noted(light, "began"))
        below.extend(
            child.pid for child in psutil.Process().children(recursive=True) if "analysis.forking" in told_by(child)
        )
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(light, file, Here(2), progress=interrupt)
    assert below
    assert all(map(gone, below))
    assert not (light / "results/liu2025.cuts.sweep/sweep.csv").exists()
    (light / "wait-7").unlink()
    done = swept(light, file)
    assert {name: ran.notebooks for name, ran in done.ran.items()} == {"min_comments=6": 0, "min_comments=7": 1}
    assert noted(light, "ended") == ["6", "7"]


def told_by(process: psutil.Process) -> str:
    """The command of a process; of one that has ended meanwhile, nothing."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def test_a_killed_sweep_takes_its_rows_along_and_goes_on_where_it_stopped(light):
    over(light, "min_comments", "5", "6")
    (light / "wait-6").touch()
    command = [sys.executable, "-m", "analysis.cli", "sweep", "liu2025", "--over", "cuts.csv", "--at-once", "1"]
    killed = subprocess.Popen(command, cwd=light, stdout=subprocess.DEVNULL)
    until(lambda: "6" in noted(light, "began"))
    below = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.wait()
    assert below
    assert all(gone(process.pid) for process in below)
    (light / "wait-6").unlink()
    done = subprocess.run(command, cwd=light, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (
        "min_comments=5: current\nmin_comments=6: 1 notebooks run\n2 rows: 1 run, 1 current, 0 failed." in done.stdout
    )
    assert noted(light, "ended") == ["5", "6"]


def task_of(root: Path) -> Task:
    lock = root / "results/a.sweep/.lock"
    return Task("a row", root, "liu2025", {}, root / "results/a.sweep/rows/a row", lock, "1 here")


def test_a_row_of_a_sweep_that_has_ended_stops_before_its_next_notebook(light):
    task = task_of(light)
    task.lock.parent.mkdir(parents=True)
    task.lock.write_text("2 here")
    assert sweep_row.run_row(task).why == "The sweep was stopped. Run the same command again."
    assert noted(light, "began") == []


def test_what_the_disk_refuses_is_the_reason_of_a_failure(light, monkeypatch):
    task = task_of(light)
    task.lock.parent.mkdir(parents=True)
    task.lock.write_text("1 here")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipeline, "run_asked", full)
    assert "No space left on device" in sweep_row.run_row(task).why


def test_the_command_shows_what_failed_and_ends_with_status_1(light):
    (light / "fail-5").touch()
    over(light, "min_comments", "5", "6", "6")
    folder = light / "results/liu2025.cuts.sweep"
    (folder / "rows/an old one").mkdir(parents=True)
    command = [sys.executable, "-m", "analysis.cli", "sweep", "liu2025", "--over", "cuts.csv"]
    done = subprocess.run(command, cwd=light, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    for told in (
        "cuts.csv, line 4: asks for the same as line 3; run once, as 'min_comments=6'.",
        "min_comments=5: failed", "2 rows: 1 run, 0 current, 1 failed.", "What failed, and why",
        "Wrote results/liu2025.cuts.sweep/sweep.csv (2 values)",
        "Under rows/, 1 of rows that the table no longer has, to be deleted: 'an old one'",
    ):  # fmt: skip
        assert told in done.stdout
