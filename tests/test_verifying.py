import base64
import json
import os

import nbformat
import pytest
from typer.testing import CliRunner

from analysis import differences, pipeline, verifying
from analysis.cli import app
from analysis.errors import BusyError, StudyError
from analysis.study import open_study
from making import SECOND, contents, load, make_notebook

PARAMETERS = 'study: str = "liu2025"\nmin_comments: int = None'
# A picture that is its own bytes; a picture of a figure would say as little.
PICTURE = "from IPython.display import Image\nImage(data=b'\\x89PNG, made up', format='png')"
SILENT = "from analysis import results\nresults.display = lambda bundle, raw: None"


def told(verified) -> dict[str, list[str]]:
    return {each.step: each.differences for each in verified}


def change_stored(path, change) -> None:
    notebook = nbformat.read(path, 4)
    change(notebook.cells)
    nbformat.write(notebook, path)


@pytest.mark.parametrize("engine", ["forked", "stock"])
def test_results_that_are_what_the_notebooks_give_are_identical_and_stay_as_they_are(once, engine):
    before = contents(once)
    first, second = verifying.verify(open_study(), engine)
    assert (first.step, dict(first.shown), first.differences) == ("01-first", {"table": 1, "value": 1}, [])
    assert (second.step, dict(second.shown), second.differences) == ("02-second", {"figure": 1, "value": 1}, [])
    assert contents(once) == before


def test_a_changed_output_is_told_with_its_cell_its_kind_and_where_it_begins_and_the_command_ends_with_1(once):
    path = once / "results/liu2025/notebooks/02-second.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("<strong>1</strong>", "<strong>2</strong>"))
    done = CliRunner().invoke(app, ["verify"])
    assert done.exit_code == 1
    assert "01-first: identical\n02-second: differs\n  cell 3, output 2, text/html: line 1: stored '" in done.stdout
    assert "<strong>2</strong> hashtags" in done.stdout
    assert "1 of 2 notebooks identical; compared: 1 table, 1 figure, 2 values." in done.stdout


def test_the_command_ends_with_0_when_nothing_differs(once):
    done = CliRunner().invoke(app, ["verify"])
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "01-first: identical")


def test_a_picture_that_differs_by_one_byte_is_told(once):
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND, PICTURE)
    pipeline.run(open_study())
    other = base64.b64encode(b"\x89PNG, made uq").decode()

    def spoil(cells):
        cells[-1].outputs[0].data["image/png"] = other

    change_stored(once / "results/liu2025/notebooks/02-second.ipynb", spoil)
    (line,) = told(verifying.verify(open_study()))["02-second"]
    assert line == "cell 4, output 1, image/png: 13 bytes stored, 13 now; byte 13 is the first that differs"


def test_figures_that_vanish_without_an_error_are_missed_though_nothing_differs(once):
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SILENT, SECOND)
    pipeline.run(open_study())
    found = told(verifying.verify(open_study()))
    assert found == {"01-first": [], "02-second": ["cell 4, figures: 0 of the 1 that it asks for appeared"]}


def test_a_stored_figure_that_no_notebook_shows_any_more_is_told(once):
    make_notebook(
        once / "notebooks/02-second.ipynb", PARAMETERS, SECOND.replace("show_figure(", "str(").split("str(")[0]
    )
    lines = told(verifying.verify(open_study()))["02-second"]
    assert "cell 3, source: line 9: stored " in lines[0]
    assert "figures/02-second-tags.svg is stored, but no notebook shows it" in lines
    assert "values.json, second_many: is stored, but no notebook shows it" in lines


def test_notebooks_that_only_one_side_has_are_told(once):
    stored = once / "results/liu2025/notebooks"
    (stored / "01-first.ipynb").rename(stored / "03-third.ipynb")
    found = told(verifying.verify(open_study()))
    assert found["01-first"] == ["notebooks/01-first.ipynb is not stored"]
    assert found["02-second"] == []
    assert "notebooks/03-third.ipynb is stored, but there is no such notebook" in found[""]


def test_a_notebook_that_fails_is_told_and_the_others_are_compared(once):
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, SECOND, "raise RuntimeError('half-way')")
    found = told(verifying.verify(open_study()))
    assert found["01-first"] == []
    (line,) = found["02-second"]
    assert line.startswith("failed: 02-second.ipynb, cell 4: RuntimeError: half-way")


def test_files_that_are_not_what_the_notebooks_show_are_told(once):
    results = once / "results/liu2025"
    (results / "tables/01-first-hashtags.csv").unlink()
    (results / "figures/stray.svg").write_text("<svg/>")
    drawing = results / "figures/02-second-tags.svg"
    drawing.write_text(drawing.read_text(encoding="utf-8").replace("#2c7fb8", "#2c7fb9"), encoding="utf-8")
    values = load(results / "values.json")
    values["first_posts"]["value"] = 41
    del values["second_many"]
    (results / "values.json").write_text(json.dumps(values))
    found = told(verifying.verify(open_study()))
    table, value = found["01-first"]
    assert table == "tables/01-first-hashtags.csv is not stored"
    assert value.startswith("values.json, first_posts: line 1: stored '")
    assert '"value": 41}' in value
    figure, lost = found["02-second"]
    assert figure.startswith("figures/02-second-tags.svg, line ")
    assert "2c7fb9" in figure
    assert lost == "values.json, second_many: is not stored"
    assert found[""] == ["figures/stray.svg is stored, but no notebook shows it"]


def test_a_table_that_was_laid_beside_the_results_makes_no_difference(once):
    (once / "results/liu2025/comparison.csv").write_text("claim_id\n")
    assert told(verifying.verify(open_study())) == {"01-first": [], "02-second": []}


@pytest.mark.parametrize("spoil", [lambda text: json.dumps(json.loads(text)), lambda text: "cut off"])
def test_a_list_of_results_with_other_bytes_or_a_broken_one_is_told(once, spoil):
    values = once / "results/liu2025/values.json"
    values.write_text(spoil(values.read_text(encoding="utf-8")))
    lines = [line for lines in told(verifying.verify(open_study())).values() for line in lines]
    assert lines
    assert all(line.startswith("values.json, ") for line in lines)


def test_a_module_that_is_reached_without_an_import_is_found_in_stock_kernels(once):
    # The forked notebook finds it loaded already.
    make_notebook(once / "notebooks/02-second.ipynb", PARAMETERS, "import analysis\nanalysis.results.__name__", SECOND)
    pipeline.run(open_study())
    found = told(verifying.verify(open_study(), "stock"))
    assert found["01-first"] == []
    (line,) = found["02-second"]
    assert "02-second.ipynb, cell 3: AttributeError: module 'analysis' has no attribute 'results'" in line


def test_a_study_without_stored_results_is_told(small):
    with pytest.raises(StudyError, match="results/liu2025 holds nothing to compare with. Run: compendium run liu2025"):
        verifying.verify(open_study())


def test_nothing_is_compared_while_the_study_runs(once):
    (once / "results/.liu2025.lock").write_text(str(os.getpid()))
    with pytest.raises(BusyError, match="compendium verify liu2025: another process"):
        verifying.verify(open_study())


def notebook(*cells):
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=f"id-{source[:1]}", outputs=outputs) for source, outputs in cells]
    )


def shown(**data):
    return nbformat.v4.new_output("display_data", data={kind.replace("_", "/"): text for kind, text in data.items()})


def said(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


@pytest.mark.parametrize(
    ("stored", "fresh", "told"),
    [
        ([("a = 1", [])], [("a = 2", [])], ["cell 0, source: line 1: stored 'a = 1', now 'a = 2'"]),
        ([("a", []), ("b", [])], [("a", [])], ["cell 1, source: is gone; stored was 'b'"]),
        ([("b", [])], [("a", []), ("b", [])], ["cell 0, source: was not stored: 'a'"]),
        ([("a", [said("x")])], [("a", [])], ["cell 0, output 1, stdout: is missing"]),
        ([("a", [])], [("a", [shown(text_html="<p>")])], ["cell 0, output 1, text/html: was not stored"]),
        (
            [("a", [shown(text_plain="x", text_html="<p>")])],
            [("a", [shown(text_plain="x")])],
            ["cell 0, output 1, text/html: is missing"],
        ),
        ([("a", [said("one\ntwo")])], [("a", [said("one\ntoo")])],
            ["cell 0, output 1, text: line 2: stored 'one two', now 'one too'"]),
    ],
    ids=["source", "cell gone", "cell new", "output gone", "output new", "form gone", "stream"],
)  # fmt: skip
def test_what_differs_between_notebooks_is_told(stored, fresh, told):
    assert list(differences.between_notebooks(notebook(*stored), notebook(*fresh))) == told
    assert list(differences.between_notebooks(notebook(*stored), notebook(*stored))) == []


def test_only_the_words_around_a_difference_are_shown():
    line = differences.first_difference("x" * 100 + "a" + "y" * 100, "x" * 100 + "b" + "y" * 100)
    assert line == f"line 1: stored '…{'x' * 20}a{'y' * 39}…', now '…{'x' * 20}b{'y' * 39}…'"
