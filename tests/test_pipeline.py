import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Future

import psutil
import pytest

from analysis import masking, pipeline, verifying
from analysis.errors import BusyError, NotebookError, ParameterError, StudyError
from analysis.steps import steps
from analysis.study import open_study
from making import SECOND, contents, load, make_notebook

PARAMETERS = 'study: str = "liu2025"\nmin_comments: int = None'


def ran(outcomes) -> list[str]:
    return [outcome.step for outcome in outcomes if outcome.ran]


def test_a_run_lays_down_notebooks_tables_figures_values_and_a_record(once):
    results = once / "results/liu2025"
    assert sorted(contents(results)) == [
        "figures/02-second-tags.svg", "index.json", "notebooks/01-first.ipynb", "notebooks/02-second.ipynb",
        "run.json", "tables/01-first-hashtags.csv", "values.json",
    ]  # fmt: skip
    assert load(results / "values.json")["second_many"]["value"] == 1
    assert load(results / "values.json")["first_posts"]["origin"] == "published"


def test_captured_posts_that_were_not_imported_get_a_key_before_a_run_shows_them(once):
    assert len(masking.read_key(once / "data/liu2025/private/key")) == masking.KEY_BYTES


def test_a_run_without_the_key_of_an_imported_corpus_is_refused_and_makes_none(once):
    (once / "data/liu2025/corpus").mkdir()
    (once / "data/liu2025/private/key").unlink()
    with pytest.raises(StudyError, match="liu2025/private/key: the study's key is not there. Put back the copy"):
        pipeline.run(open_study())
    assert not (once / "data/liu2025/private/key").exists()


def test_two_runs_give_the_same_bytes(once, monkeypatch):
    before = contents(once / "results")
    shutil.rmtree(once / "results")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    pipeline.run(open_study())
    assert contents(once / "results") == before


def test_nothing_runs_when_everything_is_current(once):
    assert ran(pipeline.run(open_study())) == []
    assert ran(pipeline.explain(open_study())) == []


def test_a_run_that_gives_the_same_results_leaves_the_files_alone(once):
    before = {path: path.stat().st_mtime_ns for path in (once / "results").rglob("*.*")}
    assert ran(pipeline.run(open_study(), force=True)) == ["01-first", "02-second"]
    assert {path: path.stat().st_mtime_ns for path in (once / "results").rglob("*.*")} == before


def test_times_of_files_do_not_matter(once):
    for path in once.rglob("*"):
        if path.is_file():
            path.touch()
    assert ran(pipeline.explain(open_study())) == []


def test_a_changed_cut_off_runs_the_notebooks_that_read_it_and_no_other(once):
    settings = once / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("value: 20\n", "value: 5\n"), encoding="utf-8")
    told = {outcome.step: outcome.reasons for outcome in pipeline.explain(open_study())}
    assert told == {"01-first": [], "02-second": ["parameter min_comments: 20 → 5"]}
    assert ran(pipeline.run(open_study())) == ["02-second"]
    assert load(once / "results/liu2025/values.json")["second_many"]["value"] == 2


def test_a_changed_table_runs_its_notebook_and_those_that_follow(once):
    table = once / "data/liu2025/hashtags.csv"
    table.write_text(table.read_text().replace("second,10", "second,25"))
    told = {outcome.step: outcome.reasons for outcome in pipeline.explain(open_study())}
    assert told["01-first"] == ["table hashtags changed"]
    assert told["02-second"] == ["follows 01-first, should their results change"]
    assert ran(pipeline.run(open_study())) == ["01-first", "02-second"]


def test_a_follower_rests_when_what_it_reads_came_out_the_same(once):
    table = once / "data/liu2025/hashtags.csv"
    table.write_text(table.read_text().replace("30,30,900,900", "30,30,901,901"))
    assert ran(pipeline.run(open_study())) == ["01-first"]


def test_a_changed_cell_runs_its_notebook(once):
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND, "# more")
    assert ran(pipeline.run(open_study())) == ["02-second"]


def test_a_given_parameter_counts_for_this_run(once):
    assert ran(pipeline.run(open_study(), {"min_comments": 5})) == ["02-second"]
    assert load(once / "results/liu2025/values.json")["second_many"]["value"] == 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"min_coments": 5}, "no parameter 'min_coments'. Nearest: 'min_comments'. There are: min_comments."),
        ({"min_comments": "5"}, "expected a whole number"),
        ({"min_comments": -5}, "found -5; expected a count from 0"),
        ({"study": "other"}, "no parameter 'study'"),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_runs(small, given, told):
    with pytest.raises(ParameterError) as error:
        pipeline.run(open_study(), given)
    assert told in str(error.value)
    assert not (small / "results").exists()


def test_a_notebook_that_fails_leaves_the_previous_results_as_they_were(once):
    before = contents(once / "results/liu2025")
    table = once / "data/liu2025/hashtags.csv"
    table.write_text(table.read_text().replace("second,10", "second,25"))
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND, "raise RuntimeError('half-way')")
    with pytest.raises(NotebookError, match="half-way"):
        pipeline.run(open_study())
    assert contents(once / "results/liu2025") == before


def test_a_failed_run_goes_on_where_it_stopped(once):
    table = once / "data/liu2025/hashtags.csv"
    table.write_text(table.read_text().replace("second,10", "second,25"))
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND, "raise RuntimeError('half-way')")
    with pytest.raises(NotebookError):
        pipeline.run(open_study())
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND)
    assert ran(pipeline.explain(open_study())) == ["02-second"]
    assert ran(pipeline.run(open_study())) == ["02-second"]
    assert load(once / "results/liu2025/values.json")["second_many"]["value"] == 2
    assert sorted(path.name for path in (once / "results").iterdir()) == ["liu2025"]


def test_results_are_told_to_be_old_whatever_a_run_that_failed_has_done(once):
    assert pipeline.tell_outdated(open_study()) == ""
    altered(once)
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND, "raise RuntimeError('half-way')")
    with pytest.raises(NotebookError):
        pipeline.run(open_study())
    told = "results/liu2025 are older than what they are computed from (01-first, 02-second): compendium run liu2025"
    assert pipeline.tell_outdated(open_study()) == told


def test_of_results_without_their_posts_nothing_is_told(once):
    settings = once / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("posts.csv", "corpus/posts.parquet"))
    with pytest.raises(StudyError, match="no posts were imported yet"):
        pipeline.explain(open_study())
    assert pipeline.tell_outdated(open_study()) == ""


def test_what_a_removed_notebook_showed_is_forgotten(once):
    (once / "notebooks/02-second.ipynb").unlink()
    pipeline.run(open_study())
    assert not [name for name in contents(once / "results") if "second" in name]
    assert list(load(once / "results/liu2025/values.json")) == ["first_posts"]
    assert list(load(once / "results/liu2025/run.json")["steps"]) == ["01-first"]


def test_a_compendium_without_notebooks_is_told(small):
    shutil.rmtree(small / "notebooks")
    with pytest.raises(NotebookError, match="holds no numbered notebook"):
        pipeline.run(open_study())


@pytest.mark.parametrize("asked", [pipeline.run, pipeline.explain, pipeline.tell_outdated, verifying.verify])
@pytest.mark.parametrize(
    ("cell", "told"),
    [("\nn = (", r"line 2: '\(' was never closed"), ("%matplotlib inline", "line 1: invalid syntax"),
     ("!ls", "line 1: invalid syntax")],
)  # fmt: skip
def test_a_cell_that_is_no_python_is_told_with_its_notebook(once, asked, cell, told):
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND, "#" + cell if cell[0] == "\n" else cell)
    with pytest.raises(NotebookError, match=rf"02-second.ipynb, cell 4, {told}. Mend the cell; magics \(% and !\)"):
        asked(open_study())


def test_a_notebook_whose_parameters_cannot_be_read_is_told(once):
    make_notebook(once / "notebooks/02-second.ipynb", f"{PARAMETERS}\nnames: set = None", SECOND)
    told = "02-second.ipynb: parameter 'names' has the type set; expected bool, dict, float, int, list, str."
    with pytest.raises(NotebookError, match=re.escape(told)):
        pipeline.run(open_study())


def test_what_was_altered_or_deleted_comes_back(once):
    before = contents(once / "results/liu2025")
    (once / "results/liu2025/tables/01-first-hashtags.csv").unlink()
    (once / "results/liu2025/figures/02-second-tags.svg").write_text("spoilt")
    assert ran(pipeline.run(open_study())) == []
    assert contents(once / "results/liu2025") == before


def test_a_table_that_was_laid_beside_the_results_stays_and_leaves_them_current(once, monkeypatch):
    results = once / "results/liu2025"
    (results / "comparison.csv").write_text("claim_id\n")
    before = contents(results)
    pipeline.run(open_study(), force=True)
    assert contents(results) == before
    monkeypatch.setattr(pipeline, "_run_staged", lambda *_: pytest.fail("something was not current"))
    assert ran(pipeline.run(open_study())) == []


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_text(path.read_text() + "\n")])
def test_a_notebook_that_is_gone_or_altered_runs_again(once, spoil):
    before = contents(once / "results/liu2025")
    spoil(once / "results/liu2025/notebooks/02-second.ipynb")
    assert ran(pipeline.run(open_study())) == ["02-second"]
    assert contents(once / "results/liu2025") == before


def test_two_runs_of_a_study_do_not_mix(once):
    lock = once / "results/.liu2025.lock"
    lock.write_text(str(os.getpid()))
    with pytest.raises(BusyError, match=f"another process .{os.getpid()}. is at it"):
        pipeline.run(open_study())
    lock.write_text("999999999")
    assert ran(pipeline.run(open_study())) == []
    assert not lock.exists()


def test_progress_is_told_for_each_step(once):
    told = []
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND, "# more")
    pipeline.run(open_study(), progress=lambda step, state: told.append((step, state)))
    assert told == [("01-first", "current"), ("02-second", "running"), ("02-second", "done")]


def altered(root) -> None:
    """Change what both notebooks depend on, so that both run again."""
    table = root / "data/liu2025/hashtags.csv"
    table.write_text(table.read_text().replace("second,10", "second,25"))


# Dies by its own hand, as by a loss of power, when a step has reached a state.
DYING = """
import os, signal, sys
from analysis import pipeline
from analysis.study import open_study

def die(step, state):
    if f"{step} {state}" == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

pipeline.run(open_study(), progress=die)
"""


def test_a_run_that_is_killed_between_two_steps_goes_on_where_it_stopped(once):
    before = contents(once / "results/liu2025")
    altered(once)
    done = subprocess.run([sys.executable, "-c", DYING, "01-first done"], check=False)
    assert done.returncode == -signal.SIGKILL
    assert contents(once / "results/liu2025") == before
    assert ran(pipeline.explain(open_study())) == ["02-second"]
    assert ran(pipeline.run(open_study())) == ["02-second"]
    assert load(once / "results/liu2025/values.json")["second_many"]["value"] == 2
    assert sorted(path.name for path in (once / "results").iterdir()) == ["liu2025"]
    whole = contents(once / "results/liu2025")
    pipeline.run(open_study(), force=True)
    assert contents(once / "results/liu2025") == whole


def test_a_run_that_is_killed_within_a_step_runs_that_step_again(once):
    altered(once)
    waiting = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))"
    waiting += "\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.02)"
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, waiting, SECOND)
    process = subprocess.Popen([sys.executable, "-c", DYING, "never"])
    while not (once / "pid").is_file() or not (once / "pid").read_text():
        time.sleep(0.02)
    process.kill()
    process.wait()
    notebook = int((once / "pid").read_text())
    for _ in range(500):
        if not psutil.pid_exists(notebook) or psutil.Process(notebook).status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.02)
    else:
        pytest.fail("the notebook's process outlived its run")
    (once / "go").touch()
    assert ran(pipeline.run(open_study())) == ["02-second"]
    assert load(once / "results/liu2025/values.json")["second_many"]["value"] == 2


def test_a_copy_of_the_results_that_was_cut_short_is_no_run_to_go_on_with(once):
    before = contents(once / "results/liu2025")
    (once / "results/.liu2025.new/notebooks").mkdir(parents=True)
    assert ran(pipeline.run(open_study(), force=True)) == ["01-first", "02-second"]
    assert contents(once / "results/liu2025") == before
    assert sorted(path.name for path in (once / "results").iterdir()) == ["liu2025"]


def independent(root, cells: dict[str, str]) -> None:
    """Notebooks that take nothing from each other; each waits until the file of its name is there."""
    shutil.rmtree(root / "notebooks")
    shutil.rmtree(root / "results", ignore_errors=True)
    for name, cell in cells.items():
        start = "import pathlib, time\nfrom analysis.results import record\nfrom analysis.study import open_study"
        start += "\nthis = open_study(study)\npathlib.Path(f'{NAME}.begun').touch()".replace("{NAME}", name)
        make_notebook(root / f"notebooks/{name}.ipynb", 'study: str = "liu2025"', start, cell)


def waits_for(name: str) -> str:
    return f"while not pathlib.Path('{name}').exists():\n    time.sleep(0.02)"


def says(name: str) -> str:
    return f"record('{name}', this.title, origin='published')\npathlib.Path('{name}.ended').touch()"


def test_independent_notebooks_run_at_once_and_their_order_of_ending_does_not_matter(small, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    found = []
    for order in (["01-a", "02-b"], ["02-b", "01-a"]):
        independent(
            small,
            {
                "01-a": f"{waits_for('02-b.begun')}\n{waits_for('01-a.go')}\n{says('a')}",
                "02-b": f"{waits_for('01-a.begun')}\n{waits_for('02-b.go')}\n{says('b')}",
            },
        )
        for path in [*small.glob("*.go"), *small.glob("*.begun")]:
            path.unlink()
        (small / f"{order[0]}.go").touch()
        ended = []

        def told(step, state, order=order, ended=ended):
            if state == "done":
                ended.append(step)
                (small / f"{order[1]}.go").touch()

        assert [outcome.step for outcome in pipeline.run(open_study(), progress=told)] == ["01-a", "02-b"]
        assert ended == order
        found.append(contents(small / "results/liu2025"))
    assert found[0] == found[1]


def test_a_failing_notebook_stops_the_others_and_keeps_what_had_succeeded(small, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    independent(
        small,
        {
            "01-a": says("a"),
            "02-b": waits_for("a.ended") + "\n" + waits_for("03-c.begun") + "\nraise RuntimeError('half-way')",
            "03-c": "time.sleep(600)",
        },
    )
    with pytest.raises(NotebookError, match="02-b.ipynb, cell .*half-way"):
        pipeline.run(open_study())
    assert list(load(small / "results/.liu2025.run/run.json")["steps"]) == ["01-a"]
    told = {outcome.step: outcome.reasons for outcome in pipeline.explain(open_study())}
    assert told == {"01-a": [], "02-b": ["has not run yet"], "03-c": ["has not run yet"]}


def test_of_several_failures_the_first_by_number_is_told(once):
    listed, going = steps(once), object.__new__(pipeline._Run)
    going.running, going.outcomes = {}, {}
    for step in reversed(listed):
        future = Future()
        future.set_exception(NotebookError(step.name))
        going.running[future] = (step, time.perf_counter())
    with pytest.raises(NotebookError, match="01-first"):
        going._end(set(going.running))


def test_a_table_of_an_earlier_notebook_that_no_cell_names_is_refused(once):
    hidden = SECOND.replace('this.result("01-first-hashtags")', "this.result('01-first-' + 'hashtags')")
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, hidden)
    told = "02-second.ipynb: reads result 01-first-hashtags of earlier notebooks, but its cells do not say so"
    with pytest.raises(NotebookError, match=re.escape(told)):
        pipeline.run(open_study())


def test_a_table_that_bears_no_notebooks_name_is_waited_for(small):
    make_notebook(small / "notebooks/02-second.ipynb", PARAMETERS, SECOND.replace("01-first-hashtags", "tags"))
    first, second = steps(small)
    assert (first.after, second.after) == (frozenset(), {"01-first"})


def test_the_stock_kernel_gives_the_same_bytes(once):
    before = contents(once / "results/liu2025")
    assert ran(pipeline.run(open_study(), force=True, engine="stock")) == ["01-first", "02-second"]
    assert contents(once / "results/liu2025") == before
