"""The forked engine beside a stock kernel: what a notebook can meet is the same in both."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import papermill
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from papermill.execute import remove_error_markers

from analysis import execution, notebooks
from analysis.errors import NotebookError, ParameterError
from analysis.execution import Job, Runner
from analysis.kernels import Forker
from making import PROJECT, make_notebook
from running import BOTH, output_of, run, small

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

# What a notebook may meet, a cell each; one that begins with "!!" may fail, as its tag then says.
CELLS = """
print("a", end=""); print("b")
import sys; print("to stderr", file=sys.stderr); print("after")
---
1 + 1
---
_ + 1, __, In[3], sorted(Out)
---
'shown'; 'not shown';
---
class Rich:
    def _repr_html_(self):
        return "<b>rich</b>"
    def __repr__(self):
        return "plain"
display(Rich()); Rich()
---
handle = display("first", display_id="one"); handle.update("second")
---
from IPython.display import clear_output
print("gone"); clear_output(); print("kept"); clear_output(wait=True); print("alone")
---
!!input("name? ")
---
import asyncio
await asyncio.sleep(0.01)
asyncio.get_running_loop().is_running()
---
%%capture captured
print("caught")
---
captured.stdout, get_ipython().__class__.__name__, __name__, __import__("os").getcwd()
---
!echo from a shell
---
import os, subprocess
os.system("echo from a process"); subprocess.run(["echo", "another"], check=True).returncode
---
import warnings
for n in range(3):
    warnings.warn("only once")
---
import threading
thread = threading.Thread(target=print, args=("from a thread",)); thread.start(); thread.join()
---
import pickle
class Made:
    pass
type(pickle.loads(pickle.dumps(Made()))) is Made, Made.__module__
---
import matplotlib.pyplot as plt
plt.plot([1, 2, 3]);
---
plt.get_backend(), plt.isinteractive(), plt.figure().add_subplot().figure.number
---
%config InlineBackend.figure_format = "retina"
plt.plot([1, 2]);
---
import pandas
pandas.DataFrame({"a": [1, 2]})
---
!!pandas.DataFrame({"a": [1, 2]})["b"]
---
!!def fails():
    return 1 / 0
fails()
---
!!numpy.zeros(3)
---
!!pd.DataFrame()
---
!!this is no Python
---
!!sys.exit("enough")
---
!!raise KeyboardInterrupt
---
%%javascript
alert(1)
---
import logging
logging.warning("logged"); logging.getLogger("any").info("not logged")
---
%precision 2
3.14159
---
%who int
---
os.path.basename(sys.argv[0]), sys.argv[1], sys.path[0], os.environ["MARK"], sys.stdin.isatty()
---
import signal
signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.getsignal(signal.SIGCHLD) is signal.SIG_DFL
---
multiplied = sys.stdout.write("written\\n"); sys.stdout.isatty(), sys.stdout.encoding
---
print("progress 1\\rprogress 2")
---
from IPython.display import JSON, Markdown, Latex, SVG
display(JSON({"a": 1}), Markdown("*x*"), Latex("$x$"), SVG("<svg xmlns='http://www.w3.org/2000/svg'/>"))
---
raise ValueError("the end") if False else ValueError("told")
"""


def probe(path: Path, cells: str = CELLS) -> Path:
    sources = [cell.strip() for cell in cells.split("---\n")]
    make_notebook(path, 'study: str = "x"', *[source.removeprefix("!!") for source in sources])
    notebook = nbformat.read(path, 4)
    for cell, source in zip(notebook.cells[2:], sources, strict=True):
        if source.startswith("!!"):
            cell.metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, path)
    return path


def text_of(executed) -> str:
    """An executed notebook as text, without the number of its process in the names of its cells' files."""
    return re.sub(r"ipykernel_\d+", "ipykernel_N", notebooks.as_text(executed))


def failed(engine, path, **given):
    """What Papermill leaves of a notebook in which a cell failed, normalised, without its marks."""
    out, name = path.with_name(f"{engine}.ipynb"), execution._registered(engine)
    with pytest.raises(papermill.PapermillExecutionError):
        papermill.execute_notebook(path, out, engine_name=name, progress_bar=False, folder=path.parent, **given)
    executed = notebooks.normalised(remove_error_markers(nbformat.read(out, 4)))
    return executed, nbformat.read(out, 4)


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    path = probe(tmp_path_factory.mktemp("probe") / "01-probe.ipynb")
    return {engine: failed(engine, path, environment={"MARK": "set"}) for engine in ("forked", "stock")}


def test_a_forked_notebook_shows_what_one_in_a_stock_kernel_shows(probed):
    forked, stock = (text_of(probed[engine][0]).splitlines() for engine in ("forked", "stock"))
    assert forked == stock


def test_what_a_forked_notebook_says_about_its_outputs_is_what_one_in_a_stock_kernel_says(probed):
    # Streams have nothing said about them, and where one is cut depends on timing.
    forked, stock = (
        [output.metadata for cell in probed[engine][1].cells for output in cell.get("outputs", []) if "data" in output]
        for engine in ("forked", "stock")
    )
    assert forked == stock
    assert {"image/png"} in [set(said) for said in stock if said], "the size of a figure"


@BOTH
def test_what_is_not_imported_is_not_there(probed, engine):
    shown = [output for cell in probed[engine][0].cells for output in cell.get("outputs", [])]
    names = [output.evalue for output in shown if "ename" in output]
    assert {"name 'numpy' is not defined", "name 'pd' is not defined"} <= set(names)


@BOTH
def test_figures_appear(probed, engine):
    shown = [output for cell in probed[engine][0].cells for output in cell.get("outputs", []) if "data" in output]
    # Two drawn in cells, one left open by another.
    assert sum("image/png" in output["data"] for output in shown) == 3


@BOTH
def test_a_kernel_that_dies_is_told(tmp_path, engine):
    path = small(tmp_path / "01-x.ipynb", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(NotebookError, match=r"(?s)01-x.ipynb: its kernel gave up: Kernel died.*Look whether memory"):
        run(engine, path)


@BOTH
def test_a_cell_that_takes_too_long_is_told(tmp_path, engine):
    path = small(tmp_path / "01-x.ipynb", "import time\ntime.sleep(60)")
    with pytest.raises(NotebookError, match=r"(?s)01-x.ipynb: its kernel gave up: A cell timed out.*1 seconds"):
        run(engine, path, timeout=1)


@BOTH
def test_every_notebook_has_an_environment_and_a_folder_of_its_own(tmp_path, engine):
    jobs = []
    for name in "ab":
        (tmp_path / name).mkdir()
        path = small(tmp_path / f"{name}.ipynb", "import os\n(os.environ['MARK'], os.path.basename(os.getcwd()))")
        jobs.append(Job(path, {}, tmp_path / name, {"MARK": name}))
    with Runner(engine, at_once=2) as runner:
        shown = [output_of(future.result())[0].data["text/plain"] for future in map(runner.submit, jobs)]
    assert shown == ["('a', 'a')", "('b', 'b')"]
    assert "MARK" not in os.environ


def test_the_stock_engine_is_chosen_when_asked_for_or_where_nothing_forks(monkeypatch):
    assert execution.engine_here() == "forked"
    monkeypatch.setenv("COMPENDIUM_ENGINE", "stock")
    assert Runner().engine == "stock"
    monkeypatch.delenv("COMPENDIUM_ENGINE")
    monkeypatch.delattr(os, "fork")
    assert Runner().engine == "stock"
    assert Runner("forked").engine == "stock"


def test_an_unknown_parameter_is_refused_before_anything_runs(tmp_path):
    path = small(tmp_path / "01-x.ipynb", "open('ran', 'w').close()")
    with Runner("forked") as runner, pytest.raises(ParameterError, match="there is no parameter 'm'"):
        runner.submit(Job(path, {"m": 1}, tmp_path))
    assert not (tmp_path / "ran").exists()


def test_two_notebooks_draw_different_random_numbers(tmp_path):
    path = small(tmp_path / "01-x.ipynb", "import random, numpy, pandas\nrandom.random(), numpy.random.rand()")
    with Runner("forked", at_once=1) as runner:
        shown = [output_of(runner.submit(Job(path, {}, tmp_path)).result())[0].data["text/plain"] for _ in range(2)]
    first, second = map(ast.literal_eval, shown)
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_what_one_notebook_does_to_a_module_no_other_sees(tmp_path):
    leaves = small(tmp_path / "01-x.ipynb", "import numpy, sys\nnumpy.left = 1\nsys.modules['left'] = numpy")
    looks = small(tmp_path / "02-x.ipynb", "import numpy, sys\nhasattr(numpy, 'left'), 'left' in sys.modules")
    with Runner("forked", at_once=1) as runner:
        runner.submit(Job(leaves, {}, tmp_path)).result()
        shown = output_of(runner.submit(Job(looks, {}, tmp_path)).result())
    assert shown[0].data["text/plain"] == "(False, False)"


def test_a_module_that_cannot_be_loaded_ahead_fails_in_the_notebook(tmp_path):
    path = small(tmp_path / "01-x.ipynb", "import analysis.no_such_module")
    with pytest.raises(NotebookError, match=r"cell 2: ModuleNotFoundError: No module named 'analysis.no_such_module'"):
        run("forked", path)


def refused(*_) -> None:
    raise AssertionError("a process was asked to fork")


def test_papermill_runs_a_stock_kernel_by_the_name_of_the_forked_engine_where_nothing_forks(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "fork")
    monkeypatch.setattr(Forker, "start", refused)
    path, name = small(tmp_path / "01-x.ipynb", "n"), execution._registered("forked")
    executed = papermill.execute_notebook(path, None, engine_name=name, progress_bar=False)
    assert output_of(executed)[0].data["text/plain"] == "1"


def test_a_kernel_that_is_not_there_is_told_as_papermill_tells_it(tmp_path, monkeypatch):
    monkeypatch.setattr(Forker, "start", refused)
    path, name = small(tmp_path / "01-x.ipynb", "n"), execution._registered("forked")
    with pytest.raises(NoSuchKernel, match="No such kernel named ir"):
        papermill.execute_notebook(path, None, kernel_name="ir", engine_name=name, progress_bar=False)


METADATA = {"start_time", "end_time", "duration", "exception", "status"}
TOLD = ("Input Notebook:", "Output Notebook:", "Executing notebook with kernel: python3")


def silent(told: str) -> bool:
    """Whether nothing is told but what Papermill tells of every notebook."""
    return all(line.startswith(TOLD) for line in told.splitlines() if line.strip())


def test_papermill_itself_runs_the_engine_by_its_name(tmp_path):
    entries = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    told = "".join(f"{name} = {target}\n" for name, target in entries["papermill.engine"].items())
    (tmp_path / "plugged-0.dist-info").mkdir()
    (tmp_path / "plugged-0.dist-info/entry_points.txt").write_text(f"[papermill.engine]\n{told}")
    leaves = "import atexit\nkept = open('kept', 'w')\nkept.write('flushed')\natexit.register(open, 'left', 'w')\nn"
    path, out = small(tmp_path / "in.ipynb", leaves), tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", "--engine", "forked", "-l", "python", "-p", "n", "5", path, out]
    paths = os.pathsep.join([str(tmp_path), str(PROJECT / "src")])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Executing: 100%" in done.stderr
    assert silent(re.sub(r"Executing: [^]]*]", "", done.stderr))
    executed = nbformat.read(out, 4)
    assert output_of(executed)[0].data["text/plain"] == "5"
    assert executed.metadata.language_info.name == "python"
    assert set(executed.cells[-1].metadata.papermill) == METADATA
    assert executed.cells[-1].metadata.papermill.status == "completed"
    # A kernel that is asked to end runs what was left for its end.
    assert (tmp_path / "kept").read_text() == "flushed"
    assert (tmp_path / "left").exists()


def test_a_failed_cell_is_marked_as_papermill_marks_it(tmp_path):
    path = small(tmp_path / "in.ipynb", "1 / 0", "n")
    (forked, marked), (stock, marked_too) = (failed(engine, path) for engine in ("forked", "stock"))
    statuses = [cell.metadata.get("papermill", {}).get("status") for cell in marked.cells]
    assert statuses == [cell.metadata.get("papermill", {}).get("status") for cell in marked_too.cells]
    assert {"completed", "failed", "pending"} <= set(statuses)
    assert text_of(forked) == text_of(stock)
