"""The processes that notebooks run in: none is left over, whatever ends a run."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import papermill
import psutil
import pytest

from analysis import kernels
from analysis.errors import NotebookError
from analysis.execution import Job, Runner, _registered
from analysis.kernels import ForkedKernel, Forker
from running import BOTH, gone, output_of, small

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def test_what_a_notebook_started_ends_with_it(tmp_path):
    path = small(tmp_path / "01-x.ipynb", "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)")
    with Runner("forked", at_once=1) as runner:
        started = int(output_of(runner.submit(Job(path, {}, tmp_path)).result())[0].text)
        assert gone(started)


WAITS = "import os, time\nopen('at-it', 'w').write(str(os.getpid()))\ntime.sleep(30)\nopen('waited', 'w').close()"


def at_it(folder: Path) -> int:
    """The process of a notebook that waits, once it does."""
    mark = folder / "at-it"
    for _ in range(400):
        if mark.exists() and (content := mark.read_text()):
            return int(content)
        time.sleep(0.05)
    raise AssertionError("the notebook did not start")


@BOTH
def test_an_interrupt_ends_what_runs_without_a_word(tmp_path, engine, caplog, capfd):
    path = small(tmp_path / "01-x.ipynb", WAITS)
    found = []

    def interrupt() -> None:
        found.append(at_it(tmp_path))
        os.kill(os.getpid(), signal.SIGINT)

    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_interrupted(engine, path, interrupt)
    finally:
        signal.signal(signal.SIGINT, heard)
    assert gone(found[0])
    assert not (tmp_path / "waited").exists()
    assert (caplog.messages, capfd.readouterr()) == ([], ("", ""))


def run_interrupted(engine, path, interrupt):
    with Runner(engine, at_once=1) as runner:
        futures = [runner.submit(Job(path, {}, path.parent)) for _ in range(2)]
        threading.Thread(target=interrupt).start()
        futures[0].result()


RUNS = """
import sys
from pathlib import Path
from analysis.execution import Job, Runner
path = Path(sys.argv[1])
with Runner("forked", at_once=1) as runner:
    runner.submit(Job(path, {}, path.parent)).result()
"""


def test_no_process_is_left_when_who_waits_is_killed(tmp_path):
    path = small(tmp_path / "01-x.ipynb", WAITS)
    waiting = subprocess.Popen([sys.executable, "-c", RUNS, str(path)])
    notebook = at_it(tmp_path)
    forks = psutil.Process(notebook).ppid()
    waiting.kill()
    waiting.wait()
    assert gone(notebook)
    assert gone(forks)


def test_a_notebook_ends_when_both_it_came_from_and_who_waits_are_killed(tmp_path):
    path = small(tmp_path / "01-x.ipynb", WAITS)
    waiting = subprocess.Popen([sys.executable, "-c", RUNS, str(path)])
    notebook = at_it(tmp_path)
    psutil.Process(notebook).parent().kill()
    waiting.kill()
    waiting.wait()
    assert gone(notebook)


def test_a_process_that_can_no_longer_fork_is_told(tmp_path):
    path = small(tmp_path / "01-x.ipynb", "n")
    with Runner("forked", at_once=1) as runner:
        runner.submit(Job(path, {}, tmp_path)).result()
        runner._forker._process.kill()
        with pytest.raises(NotebookError, match="01-x.ipynb: its kernel gave up: no process could be forked for it"):
            runner.submit(Job(path, {}, tmp_path)).result()


def test_a_process_that_ends_before_its_first_word_is_told(tmp_path, monkeypatch):
    ended = subprocess.Popen(["true"], start_new_session=True)
    ended.wait()

    def fork(*_):
        ours, theirs = socket.socketpair()
        theirs.close()
        return ended.pid, Connection(ours.detach())

    monkeypatch.setattr(Forker, "fork", fork)
    path = small(tmp_path / "01-x.ipynb", "n")
    with (
        Runner("forked", at_once=1) as runner,
        pytest.raises(NotebookError, match="01-x.ipynb: its kernel gave up: its process ended at once"),
    ):
        runner.submit(Job(path, {}, tmp_path)).result()


HEARS = """import subprocess
subprocess.Popen(["sh", "-c", "trap 'touch heard; exit' INT; touch ready; while :; do sleep 0.05; done"]).wait()"""


def test_an_interrupt_reaches_what_a_cell_has_started(tmp_path):
    with Forker() as forker:
        kernel = ForkedKernel(forker, [])
        kernel.start_kernel(env=os.environ, cwd=str(tmp_path))
        kernel.client().execute(HEARS)
        assert there(tmp_path / "ready")
        kernel.interrupt_kernel()
        assert there(tmp_path / "heard")
        kernel.shutdown_kernel(now=True)


IDLE = """import os, subprocess, time
subprocess.Popen(["sh", "-c", "trap 'touch heard; exit' INT; touch ready; while :; do sleep 0.05; done"])
while not os.path.exists("ready"):
    time.sleep(0.01)"""


def test_a_kernel_whose_cells_are_done_is_not_interrupted_at_its_end(tmp_path, capfd):
    path, name = small(tmp_path / "01-x.ipynb", IDLE), _registered("forked")
    papermill.execute_notebook(path, None, engine_name=name, progress_bar=False, folder=tmp_path)
    assert not (tmp_path / "heard").exists()
    assert capfd.readouterr() == ("", "")


LEAVES = "import atexit\natexit.register(open, 'left', 'w')\n"


def test_a_kernel_that_is_asked_to_end_leaves_its_cell_and_runs_what_was_left_for_its_end(tmp_path):
    ended(tmp_path, LEAVES + WAITS)
    assert (tmp_path / "left").exists()
    assert not (tmp_path / "waited").exists()


def test_a_kernel_that_does_not_end_when_asked_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "PATIENCE", 0.1)
    ignores = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    ended(tmp_path, ignores + LEAVES + WAITS)
    assert not (tmp_path / "left").exists()


def ended(folder: Path, cell: str) -> None:
    """Ask a kernel to end while it runs a cell that waits, and see that it does."""
    with Forker() as forker:
        kernel = ForkedKernel(forker, [])
        kernel.start_kernel(env=os.environ, cwd=str(folder))
        kernel.client().execute(cell)
        process = at_it(folder)
        kernel.shutdown_kernel(now=False)
        assert gone(process)


def there(path: Path) -> bool:
    """Whether a file is there, or comes within some seconds."""
    for _ in range(200):
        if path.exists():
            return True
        time.sleep(0.05)
    return False


def test_the_process_that_forks_has_one_thread_and_leaves_no_zombie(tmp_path):
    path = small(tmp_path / "01-x.ipynb", "import numpy, pandas, matplotlib.pyplot\nfrom analysis import results")
    with Runner("forked", at_once=1) as runner:
        for _ in range(3):
            runner.submit(Job(path, {}, tmp_path)).result()
        forks = psutil.Process(runner._forker._process.pid)
        assert forks.num_threads() == 1
        for _ in range(100):
            if not forks.children():
                return
            time.sleep(0.05)
    raise AssertionError("an ended notebook was not waited for")


def test_a_forker_that_has_ended_forks_no_more():
    with Forker() as forker:
        pass
    with pytest.raises(RuntimeError, match="no process could be forked"):
        forker.fork(["analysis"])
