import os
import shutil

import pytest

from analysis import masking, pipeline
from analysis.errors import BusyError, NotebookError, ParameterError, StudyError
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


def test_what_was_altered_or_deleted_comes_back(once):
    before = contents(once / "results/liu2025")
    (once / "results/liu2025/tables/01-first-hashtags.csv").unlink()
    (once / "results/liu2025/figures/02-second-tags.svg").write_text("spoilt")
    assert ran(pipeline.run(open_study())) == []
    assert contents(once / "results/liu2025") == before


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
