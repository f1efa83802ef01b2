import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import code_used, reads
from analysis.code_used import Package, code_behind
from analysis.steps import steps
from analysis.study import open_study
from making import PROJECT

# Runs a notebook's cells in a process of its own, and tells which functions of the package were called after all of it
# was imported, and which files of the project were opened.
WATCHING = """
import importlib, json, sys
from pathlib import Path

root, package, code, parameters, modules = json.loads(sys.stdin.read())
for name in modules:
    importlib.import_module(name)
called, opened = set(), set()

def watch(frame, event, argument):
    if event == "call" and frame.f_code.co_filename.startswith(package) and frame.f_code.co_name != "<module>":
        called.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

def hear(event, arguments):
    if event == "open" and str(arguments[0]).startswith(root):
        opened.add(str(Path(arguments[0]).relative_to(root)))

sys.addaudithook(hear)
sys.setprofile(watch)
exec(code, parameters)
sys.setprofile(None)
print("\\n" + json.dumps([sorted(called), sorted(opened)]))
"""
# Enough of each to come through every line, and no more.
SMALL = {"replicates": 20, "orders": 5, "robustness": {"min_comments": [10, 20], "same_span": ["unit", "exact"]}}


def package(folder: Path, **modules: str) -> Package:
    for name, source in {"__init__": "", **modules}.items():
        path = folder / f"{name.replace('__in__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return Package(folder)


def behind(folder: Path, source: str, **modules: str) -> dict[str, str]:
    return code_behind(source, package(folder, **modules))


def test_the_function_beside_the_one_that_is_called_does_not_count(tmp_path):
    used = behind(tmp_path, "from analysis import a\na.f()", a="def f():\n    return 1\n\ndef g():\n    return 2\n")
    assert used == {"analysis": "", "analysis.a": "def f():\n    return 1\n"}


@pytest.mark.parametrize(
    "source",
    [
        "from analysis.a import f\nf()", "import analysis.a as x\nx.f()", "from analysis import a as x\nx.f()",
        "from analysis.b import f\nf()", "from analysis import b\nb.f()", "import analysis.a\nanalysis.a.f()",
        "def inner():\n    from analysis.a import f\n    f()", "from analysis.a import *\nf()",
        "try:\n    from analysis.a import f\nexcept ImportError:\n    f = None\nf()",
        "from analysis.c import go\ngo()", "from analysis import a\ngetattr(a, 'f')()", "eval('f')",
        "from importlib import import_module\nimport_module('analysis.a').f()",
    ],
)  # fmt: skip
def test_a_function_counts_however_it_is_named(tmp_path, source):
    used = behind(
        tmp_path, source,
        a="LIMIT = 3\n\ndef f():\n    return LIMIT\n",
        b="from analysis.a import f\n",
        c="if True:\n    from analysis import a\n\ndef go():\n    return a.f()\n",
    )  # fmt: skip
    assert "return LIMIT" in used["analysis.a"]
    assert "LIMIT = 3" in used["analysis.a"]


def test_what_happens_at_import_counts_with_all_that_it_names(tmp_path):
    used = behind(
        tmp_path, "from analysis import a", a="from analysis import b\nb.begin()\n",
        b="BEGUN = []\n\ndef begin():\n    BEGUN.append(1)\n\ndef later():\n    pass\n",
    )  # fmt: skip
    assert used["analysis.b"] == "BEGUN = []\ndef begin():\n    BEGUN.append(1)\n"


def test_a_function_that_a_decorator_enters_in_a_list_counts(tmp_path):
    used = behind(
        tmp_path, "from analysis import a\na.named('f')",
        a="from analysis.b import entered, named\n\n@entered\ndef f():\n    return 1\n",
        b="KNOWN = {}\n\ndef entered(f):\n    KNOWN[f.__name__] = f\n\ndef named(name):\n    return KNOWN[name]\n",
    )  # fmt: skip
    assert "@entered\ndef f():" in used["analysis.a"]


def test_a_class_counts_whole_and_with_what_its_methods_name(tmp_path):
    used = behind(
        tmp_path, "from analysis.a import Study\nStudy().table()",
        a="from analysis import b\n\nclass Study:\n    def table(self):\n        return b.read()\n",
        b="def read():\n    return 1\n",
    )  # fmt: skip
    assert used["analysis.b"] == "def read():\n    return 1\n"


def test_a_package_is_imported_before_its_modules(tmp_path):
    inside = {"inner__in____init__": "print()\n", "inner__in__a": "def f():\n    return 1\n"}
    used = behind(tmp_path, "from analysis.inner.a import f\nf()", **inside)
    assert used["analysis.inner"] == "print()\n"


def test_what_lies_beside_a_module_that_reads_it_counts(tmp_path):
    (tmp_path / "words.yml").write_text("hello: world\n")
    source = "from importlib.resources import files\n\ndef f():\n    return files('analysis')\n"
    assert "hello: world" in behind(tmp_path, "from analysis.a import f\nf()", a=source)["analysis.a"]
    source = "def f():\n    return 1\n"
    assert "hello" not in behind(tmp_path, "from analysis.a import f\nf()", a=source)["analysis.a"]


def test_a_module_that_knows_where_it_lies_reads_what_lies_beside_it(tmp_path):
    (tmp_path / "words.yml").write_text("hello: world\n")
    source = "from pathlib import Path\nUSUAL = Path(__file__).with_suffix('.yml')\n\ndef f():\n    return USUAL\n"
    assert "hello: world" in behind(tmp_path, "from analysis.a import f\nf()", a=source)["analysis.a"]


def test_a_name_that_only_ends_in_files_reads_nothing(tmp_path):
    (tmp_path / "words.yml").write_text("hello: world\n")
    source = "def lie_in_files(path):\n    return path\n\ndef f():\n    return lie_in_files(1)\n"
    assert "hello" not in behind(tmp_path, "from analysis.a import f\nf()", a=source)["analysis.a"]


def test_what_an_editor_or_the_system_leaves_beside_a_module_does_not_count(tmp_path):
    source = "from importlib.resources import files\n\ndef f():\n    return files('analysis')\n"
    used = behind(tmp_path, "from analysis.a import f\nf()", a=source)
    for name in (".a.py.swp", ".DS_Store", ".words.yml", "a.py~"):
        (tmp_path / name).write_bytes(b"\xff\xfe")
    assert code_behind("from analysis.a import f\nf()", Package(tmp_path)) == used


def test_docstrings_of_modules_and_other_packages_do_not_count(tmp_path):
    used = behind(tmp_path, "import os\nfrom analysis import a\na.f()", a='"""What it is."""\n\ndef f():\n    pass\n')
    assert "What it is" not in used["analysis.a"]
    assert set(used) == {"analysis", "analysis.a"}


@pytest.fixture(scope="module", params=steps(PROJECT), ids=lambda step: step.name)
def watched(request, tmp_path_factory):
    """A notebook of the project, what was found behind it, what it really called and opened, and what it noted."""
    step, notes = request.param, tmp_path_factory.mktemp("notes") / "notes"
    package = Package(Path(code_used.__file__).parent)
    used = code_behind(step.code, package)
    cells = [source for kind, source, tags in json.loads(step.cells) if kind == "code" and "parameters" not in tags]
    parameters = {name: SMALL.get(name) for name in step.parameters} | {"study": "liu2025"}
    given = json.dumps([f"{PROJECT}/", str(package.folder), "\n".join(cells), parameters, list(used)])
    environment = {**os.environ, reads.NOTES: str(notes), "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", WATCHING], input=given, capture_output=True, text=True, check=False, env=environment,
        cwd=PROJECT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    called, opened = json.loads(done.stdout.splitlines()[-1])
    return step, package, used, called, opened, reads.noted(notes)


def test_every_function_that_a_notebook_calls_was_found_behind_it(watched):
    _, package, used, called, _, _ = watched
    modules = {str(package.module(name).path): package.module(name) for name in used}
    definitions = {name: ast.parse("".join(module.lines)).body for name, module in modules.items()}
    assert len(called) > 40
    for path, line in called:
        at = next(found for found in definitions[path] if line <= found.end_lineno)
        assert modules[path].text_of(at) in used[modules[path].name], (path, line)


def test_every_file_that_a_notebook_opens_is_noted(watched):
    step, _, _, _, opened, noted = watched
    study = open_study(root=PROJECT)
    known = {"data/liu2025/study.yml"}
    for read in noted:
        if read.kind == "table":
            known |= {path.relative_to(PROJECT).as_posix() for path in study.files_of(read.name)}
        known |= {
            "result": {"results/liu2025/index.json", f"results/liu2025/tables/{read.name}.csv"},
            "value": {"results/liu2025/values.json"},
            "bibliography": {"book/references.bib"},
        }.get(read.kind, set())
    if step.reads.values:
        known.add("results/liu2025/values.json")
    assert {path for path in opened if not path.startswith(("src/", ".venv/")) and "__pycache__" not in path} <= known
    assert opened
