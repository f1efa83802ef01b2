import ast
from contextlib import suppress
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path

import nbformat
import papermill
import pytest

from analysis import notebooks
from analysis.errors import NotebookError, ParameterError
from making import PROJECT, make_notebook
from running import run

KNOWN = {"study": str, "min_comments": int, "confidence": float}


def read(path: Path, parameters: str = 'study: str = "liu2025"', *cells: str):
    make_notebook(path / "01-x.ipynb", parameters, *cells)
    return notebooks.read_notebook(path / "01-x.ipynb")


def test_parameters_and_their_types_stand_in_the_tagged_cell(tmp_path):
    notebook = read(tmp_path, 'study: str = "liu2025"\nmin_comments: int = None\nconfidence: float = None')
    assert notebooks.parameters_of(notebook, "01-x.ipynb") == KNOWN


def test_a_notebook_without_a_parameters_cell_is_refused():
    with pytest.raises(NotebookError, match="01-x.ipynb: expected one cell tagged 'parameters', found 0"):
        notebooks.parameters_of(nbformat.v4.new_notebook(), "01-x.ipynb")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"min_coments": 3},
            "03-x: there is no parameter 'min_coments'. Nearest: 'min_comments'. There are: confidence",
        ),
        ({"min_comments": "3"}, "03-x: parameter 'min_comments' is '3'; expected a whole number."),
        ({"min_comments": True}, "parameter 'min_comments' is True; expected a whole number."),
        ({"min_comments": 3.5}, "parameter 'min_comments' is 3.5; expected a whole number."),
    ],
)
def test_an_unknown_or_ill_typed_parameter_is_refused(given, told):
    with pytest.raises(ParameterError) as error:
        notebooks.check_parameters(given, KNOWN, where="03-x")
    assert told in str(error.value)


def test_a_whole_number_will_do_where_a_fraction_is_expected():
    notebooks.check_parameters({"confidence": 1}, KNOWN, where="03-x")


@pytest.mark.parametrize(
    ("code", "results", "values"),
    [
        ('a = this.result("03-sample-posts")\nb = this.result("01-tags")', ("01-tags", "03-sample-posts"), False),
        ("this.earlier_values('03')", (), True),
        ("this.table('posts')\nresult('x')\n{}.values()", (), False),
    ],
)
def test_what_a_notebook_takes_from_earlier_ones_is_seen_in_its_cells(code, results, values):
    assert notebooks.reads_of(code) == notebooks.Reads(results, values)


def beginnings(name: str) -> set[str]:
    return set(accumulate(name.split("."), "{}.{}".format))


def is_module(name: str) -> bool:
    with suppress(ModuleNotFoundError):
        # `os.path` is found too, by another name: it is no submodule.
        return (found := find_spec(name)) is not None and found.name == name
    return False


def reached(code: str) -> set[str]:
    """The submodules that code reaches as attributes, with no statement that imports them."""
    tree = list(ast.walk(ast.parse(code)))
    names, imported = {}, set()
    for node in tree:
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else []:
            whole = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
            imported |= beginnings(whole)
            known = alias.asname or alias.name.split(".")[0]
            names[known] = known if known == whole.split(".")[0] else whole
    chains = [ast.unparse(node).split(".") for node in tree if isinstance(node, ast.Attribute)]
    used = [".".join([names[root], *rest]) for root, *rest in chains if root in names]
    return {name for whole in used for name in beginnings(whole) - imported if is_module(name)}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import analysis\nanalysis.results.record(1)", {"analysis.results"}),
        ("import matplotlib as m\nm.pyplot.plot()", {"matplotlib.pyplot"}),
        ("from analysis import figures\nfigures.style.BLUE", {"analysis.figures.style"}),
        ("import matplotlib.pyplot as plt\nplt.plot().axes", set()),
        ("import analysis.results, os.path\nanalysis.results.record(os.path.join(os.sep))", set()),
        ("from analysis import results, study\nresults.record(study.open_study().name)", set()),
        ("from analysis.study import open_study\nthis = open_study()\nthis.table('posts')", set()),
    ],
)
def test_a_submodule_that_no_statement_imports_is_seen_in_the_code(code, found):
    assert reached(code) == found


def test_the_notebooks_reach_submodules_through_import_statements_alone():
    # Otherwise one could run in a forked process, which has them loaded, and fail in a stock kernel.
    paths = sorted((PROJECT / "notebooks").glob("*.ipynb"))
    found = {path.name: reached(notebooks.code_of(notebooks.glance(path))) for path in paths}
    assert found == {path.name: set() for path in paths}
    assert paths


def test_a_run_notebook_carries_its_parameters_and_nothing_of_its_run(tmp_path):
    make_notebook(tmp_path / "01-x.ipynb", "n: int = 1", "print('a')\nprint(n + 1)", "n")
    executed = run(None, tmp_path / "01-x.ipynb", parameters={"n": 41})
    again = run(None, tmp_path / "01-x.ipynb", parameters={"n": 41})
    content = notebooks.as_text(executed)
    assert content == notebooks.as_text(again)
    assert executed.cells[3].outputs[0].text == "a\n42\n"
    for trace in ("papermill", "start_time", str(tmp_path), "3.1"):
        assert trace not in content


def test_a_failing_cell_is_told_with_its_place_and_source(tmp_path):
    make_notebook(tmp_path / "01-x.ipynb", "n: int = 1", "fine = n", "1 / 0  # here")
    with pytest.raises(
        NotebookError, match=r"(?s)01-x.ipynb, cell \d: ZeroDivisionError: division by zero.*1 / 0  # here"
    ):
        run(None, tmp_path / "01-x.ipynb")


def test_an_unknown_parameter_stops_a_notebook_before_it_runs(tmp_path):
    make_notebook(tmp_path / "01-x.ipynb", "n: int = 1", "open('ran', 'w').close()")
    with pytest.raises(ParameterError, match="there is no parameter 'm'"):
        run(None, tmp_path / "01-x.ipynb", parameters={"m": 1})
    assert not (tmp_path / "ran").exists()


def test_a_file_that_is_no_notebook_is_told(tmp_path):
    (tmp_path / "01-x.ipynb").write_text("{")
    with pytest.raises(NotebookError, match=r"01-x.ipynb: not a readable notebook"):
        notebooks.read_notebook(tmp_path / "01-x.ipynb")


def test_pieces_of_one_stream_are_joined_and_memory_addresses_go():
    pieces = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("a <0x7f00aa11bb>", "b")]
    other = nbformat.v4.new_output("stream", name="stderr", text="c")
    joined = notebooks._outputs([*pieces, other])
    assert [output.text for output in joined] == ["a <0x…>b", "c"]


def test_what_is_wrong_with_the_data_is_told_without_blaming_the_cell(tmp_path):
    raising = 'from analysis.errors import TableError\nraise TableError("posts.csv, line 3: no such thing.")'
    make_notebook(tmp_path / "01-x.ipynb", "n: int = 1", raising)
    with pytest.raises(NotebookError, match=r"^01-x: posts.csv, line 3: no such thing.\nThe previous results stay"):
        run(None, tmp_path / "01-x.ipynb")


@pytest.mark.parametrize(("message", "starts"), [("Kernel died before replying to kernel_info", 3), ("other", 1)])
def test_a_kernel_that_dies_before_its_first_cell_is_started_again(tmp_path, monkeypatch, message, starts):
    make_notebook(tmp_path / "01-x.ipynb", "n: int = 1", "n")
    tries = []

    def die(*_: object, **__: object) -> None:
        tries.append(1)
        raise RuntimeError(message)

    monkeypatch.setattr(papermill, "execute_notebook", die)
    with pytest.raises(NotebookError, match=f"01-x.ipynb: its kernel gave up: {message}"):
        run(None, tmp_path / "01-x.ipynb")
    assert len(tries) == starts
