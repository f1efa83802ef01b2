import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from making import make_notebook

COMPENDIUM = Path(sys.executable).with_name("compendium")
COMMANDS = [
    "reproduce", "run", "book", "check", "studies", "standin", "describe", "record",
    "new", "import", "sample", "compare", "export", "assign", "catalogues", "pdf", "sweep", "verify",
]  # fmt: skip


def compendium(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMPENDIUM, *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_a_line_in_the_readme(project, command):
    done = compendium(command, "--help")
    assert done.returncode == 0
    assert "Usage: compendium " + command in done.stdout
    assert f"compendium {command}" in (project / "README.md").read_text(encoding="utf-8")


def test_the_list_of_commands_above_names_every_command():
    from analysis.cli import app

    assert {command.name or command.callback.__name__ for command in app.registered_commands} == set(COMMANDS)


def test_run_says_what_ran_and_then_that_all_is_current(small):
    first, second = compendium("run"), compendium("run")
    assert first.returncode == second.returncode == 0, first.stderr
    assert "liu2025: 2 of 2 notebooks run" in first.stdout
    assert "All 2 notebooks of liu2025 are current; none was run." in second.stdout


def test_explain_runs_nothing(small):
    done = compendium("run", "--explain")
    assert "01-first: has not run yet" in done.stdout
    assert not (small / "results").exists()


def test_a_parameter_is_read_as_in_study_yml(small):
    assert compendium("run", "-p", "min_comments=5").returncode == 0
    assert '"value": 2' in (small / "results/liu2025/values.json").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["standin", "--out", "x.parquet"], "--out x.parquet is the file of a frame: give --posts"),
        (["standin", "--posts", "10", "--out", "x.csv"], "Name one that ends in .parquet"),
        (["run", "liu2052"], "There is no study 'liu2052'"),
        (["run", "-p", "min_comments"], "'min_comments' is not NAME=VALUE"),
        (["run", "-p", "min_coments=3"], "Nearest: 'min_comments'"),
        (["book"], "holds no results. Run: compendium run liu2025"),
        (["check"], "there is no such file"),
    ],
)
def test_an_error_is_a_message_and_status_1(small, words, told):
    done = compendium(*words)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_command_is_status_2(small):
    done = compendium("rnu")
    assert done.returncode == 2
    assert "No such command 'rnu'" in done.stderr


def test_results_are_compared_with_the_committed_ones(small):
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], check=True)
    assert "none of them is in git, so there is nothing to compare with" in compendium("run").stdout
    subprocess.run(["git", "add", "."], check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, "commit", "-qm", "results"], check=True)
    assert "All 7 files in results/liu2025/ are identical with the committed ones." in compendium("run").stdout
    told = compendium("run", "-p", "min_comments=5").stdout
    assert "results/liu2025/values.json: differs" in told
    assert "results/liu2025/tables" not in told


def test_studies_are_listed(small):
    (small / "data/broken").mkdir()
    (small / "data/broken/study.yml").write_text("title: Half a study\n")
    told = ["broken: cannot be read; compendium check broken says why", "liu2025: A small study"]
    assert compendium("studies").stdout.splitlines() == told


def test_describe_writes_the_datapackage(small):
    assert compendium("describe").returncode == 0
    assert (small / "data/liu2025/datapackage.json").is_file()


def test_reproduce_computes_committed_results_once_on_each_machine(built_small):
    first, second = compendium("reproduce"), compendium("reproduce")
    assert "liu2025: 2 of 2 notebooks run" in first.stdout, first.stderr
    assert "Open _build/html/index.html" in first.stdout
    assert "All 2 notebooks of liu2025 are current; none was run." in second.stdout
    assert "The book of liu2025 is current; it was not built." in second.stdout


# While the first kernel starts, and while notebooks run.
@pytest.mark.parametrize("after", [0.2, 1.5])
def test_an_interrupt_is_said_and_is_no_success(small, after):
    make_notebook(small / "notebooks/02-second.ipynb", 'study: str = "liu2025"', "import time", "time.sleep(30)")
    # Where the tests run in the background, interrupts are ignored, which a process takes over from its parent.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen([COMPENDIUM, "run"], stderr=subprocess.PIPE, text=True, preexec_fn=heard)  # noqa: PLW1509
    while not (small / "results/.liu2025.run").exists():
        time.sleep(0.05)
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 130, told
    assert "Stopped; nothing was lost" in told
    assert not (small / "results/liu2025").exists()


def test_a_folder_that_cannot_be_written_is_told(once):
    (once / "results/.liu2025.lock").mkdir()
    done = compendium("run")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "results/.liu2025.lock" in done.stderr


STARTED = """
import sys
from analysis.cli import main

sys.argv = ["compendium", *sys.argv[1:]]
try:
    main()
finally:
    print("\\nloaded", *sorted({name.partition(".")[0] for name in sys.modules}))
"""
# What takes longer to load than such a command may take as a whole.
HEAVY = {
    "pandas", "numpy", "matplotlib", "duckdb", "pyarrow", "papermill", "IPython", "ipykernel", "nbformat", "nbclient",
    "scipy", "statsmodels", "pandera", "sphinx", "babel", "zmq", "rich", "jinja2", "lxml", "psutil",
}  # fmt: skip


def loaded_by(*words: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", STARTED, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["book", "--help"]])
def test_a_command_says_its_help_before_anything_heavy_is_loaded(words):
    assert not loaded_by(*words) & {*HEAVY, "yaml", "asyncio"}


@pytest.mark.parametrize("words", [["run"], ["run", "--explain"], ["studies"]])
def test_a_command_that_finds_everything_current_loads_nothing_heavy(once, words):
    assert not loaded_by(*words) & HEAVY


def test_a_book_that_is_current_loads_nothing_heavy(built_small):
    assert compendium("book").returncode == 0
    assert not loaded_by("book") & HEAVY


def test_a_run_by_the_stock_kernel_is_asked_for_by_name(small):
    assert compendium("run", "--engine", "stock").returncode == 0
    done = compendium("run", "--engine", "steam")
    assert done.returncode == 2
    assert "'steam'" in done.stderr
