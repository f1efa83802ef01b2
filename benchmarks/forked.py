"""Measure the engine that forks a notebook's process, beside plain Papermill and beside a plain script.

All three run the ten notebooks on the committed results and keep nothing; as many run at once as there are cores, but
for the `papermill` command. Times are of whole processes, Python's start included. Say `python benchmarks/forked.py`;
it takes two minutes.
"""

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
AT_ONCE = os.cpu_count()
FOUND = {"COMPENDIUM_RESULTS": str(PROJECT / "results" / "liu2025")}


def main() -> None:
    """Print a row for each way to run the notebooks."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the median of three runs, of `papermill` one run\n")
    script = median("script")
    told("plain script in forked processes (the floor)", script, script)
    forked = median("forked")
    told("forked engine", forked, script)
    told("stock kernels", median("stock"), script)
    papermill = timed(one_by_one)
    told("papermill, one by one", papermill, script)
    print(f"\nThe forked engine is {papermill[0] / forked[0]:.1f} times as fast as papermill one by one.")


def median(way: str) -> tuple[float, float]:
    """The middle one of three times of this file, run that way: seconds, and seconds of the processor."""
    command = [sys.executable, __file__, way]
    return sorted(timed(lambda: subprocess.run(command, check=True, cwd=PROJECT)) for _ in range(3))[1]


def timed(work) -> tuple[float, float]:  # noqa: ANN001
    """How long something takes, with the processes that it starts."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def told(what: str, taken: tuple[float, float], floor: tuple[float, float]) -> None:
    """Print one row."""
    print(f"{what:<60}{taken[0]:>7.2f} s{taken[0] / floor[0]:>7.2f} × the script{taken[1]:>8.1f} s of processor")


def script() -> None:
    """Run every notebook's cells in a process forked from one that has imported what they import."""
    from analysis import notebooks, results, steps
    from analysis.study import open_study

    os.environ |= FOUND
    results.display = lambda bundle, **_: bundle
    study = open_study(root=PROJECT)
    tasks = []
    for step in steps.steps(PROJECT):
        cells = [cell for cell in notebooks.glance(step.path)["cells"] if cell["cell_type"] == "code"]
        sources = [cell["source"] for cell in cells if "parameters" not in cell["metadata"].get("tags", [])]
        for source in sources:
            exec("\n".join(line for line in source.splitlines() if line.startswith(("import ", "from "))), {})
        tasks.append((sources, steps.parameters_of(study, step, {})))
    with multiprocessing.get_context("fork").Pool(AT_ONCE, maxtasksperchild=1) as pool:
        pool.starmap(run_cells, tasks, chunksize=1)


def run_cells(sources: list[str], parameters: dict[str, object]) -> None:
    """Run a notebook's cells one after the other."""
    names = dict(parameters)
    for source in sources:
        exec(source, names)


def through(engine: str) -> None:
    """Run every notebook through an engine."""
    from analysis.execution import Job, Runner

    with Runner(engine, at_once=AT_ONCE) as runner:
        from analysis import steps
        from analysis.study import open_study

        study = open_study(root=PROJECT)
        jobs = [Job(step.path, steps.parameters_of(study, step, {}), PROJECT, FOUND) for step in steps.steps(PROJECT)]
        for future in [runner.submit(job) for job in jobs]:
            future.result()


def one_by_one() -> None:
    """Run every notebook by the `papermill` command."""
    from analysis import steps
    from analysis.study import open_study

    study = open_study(root=PROJECT)
    with tempfile.TemporaryDirectory() as folder:
        for step in steps.steps(PROJECT):
            given = Path(folder) / "parameters.yml"
            given.write_text(
                "".join(f"{name}: {value!r}\n" for name, value in steps.parameters_of(study, step, {}).items())
            )
            command = [Path(sys.executable).with_name("papermill"), step.path, Path(folder) / "out.ipynb"]
            options = ["-f", given, "--no-progress-bar", "--log-level", "ERROR"]
            subprocess.run([*command, *options], cwd=PROJECT, env={**os.environ, **FOUND}, check=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["script"]:
        script()
    elif sys.argv[1:] == ["one-by-one"]:
        one_by_one()
    elif sys.argv[1:]:
        through(sys.argv[1])
    else:
        main()
