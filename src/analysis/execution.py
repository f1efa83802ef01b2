"""Run notebooks: several at once, each in a process of its own, which is forked or a stock kernel's.

The results are the same either way. Forking saves each notebook its libraries' loading; where the system cannot fork,
or the variable COMPENDIUM_ENGINE says `stock`, kernels are started as Papermill starts them.
"""

import os
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from analysis.errors import CompendiumError, NotebookError
from analysis.kernels import Forker
from analysis.notebooks import check_parameters, normalised, parameters_of, read_notebook

EngineName = Literal["forked", "stock"]
ENGINE = "COMPENDIUM_ENGINE"
DIED_AT_START = "Kernel died before replying"
STARTS = 3


@dataclass(frozen=True)
class Job:
    """One notebook to run: with these parameters, in this folder, with this added to the environment.

    `timeout` are the seconds that a cell may take; without it there is no limit.
    """

    path: Path
    parameters: Mapping[str, Any]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: int | None = None


class Kernels:
    """The processes of the stock kernels that run, and none from when they were ended."""

    def __init__(self) -> None:
        self._running: set[int] = set()
        self._ended = False
        self._lock = threading.Lock()

    def add(self, process: int) -> None:
        """Keep a process that was started, or end it at once."""
        with self._lock:
            self._running.add(process)
        if self._ended:
            self.end()

    def discard(self, process: int) -> None:
        """Forget a process that ends."""
        with self._lock:
            self._running.discard(process)

    def end(self) -> None:
        """End every kernel and what it started."""
        self._ended = True
        with self._lock:
            for process in self._running:
                with suppress(OSError):
                    # Each leads a group of its own, where there are groups.
                    os.killpg(process, signal.SIGKILL) if hasattr(os, "killpg") else os.kill(process, signal.SIGTERM)


class Runner:
    """Runs notebooks, so many at once. What still runs when it is left by an error or interrupt ends with it."""

    def __init__(self, engine: EngineName | None = None, at_once: int | None = None) -> None:
        self.engine = engine_here(engine)
        self._pool = ThreadPoolExecutor(at_once or os.cpu_count(), thread_name_prefix="notebook")
        self._forker = Forker(ahead=["analysis.loaded"])
        self._kernels = Kernels()

    def __enter__(self) -> Self:
        if self.engine == "forked":
            # It loads libraries while this process still prepares.
            self._forker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self.stop()
        self._pool.shutdown(cancel_futures=kind is not None)
        self._forker.end()

    def submit(self, job: Job) -> Future[Any]:
        """Run a notebook when its turn comes; the future gives the executed notebook, normalised.

        Raises `ParameterError` before anything runs. The future raises `NotebookError` with the failing cell.
        """
        known = parameters_of(read_notebook(job.path), job.path.name)
        check_parameters(job.parameters, known, where=job.path.stem)
        return self._pool.submit(self._run, job)

    def stop(self) -> None:
        """End every notebook that runs; their futures raise `NotebookError`."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._forker.end()
        self._kernels.end()

    def _run(self, job: Job) -> Any:
        # Papermill takes a third of a second to load: only a run needs it.
        from papermill import PapermillExecutionError

        try:
            return normalised(self._executed(job))
        except PapermillExecutionError as error:
            raise _failed(job.path, error) from error
        finally:
            _close_loop()

    def _executed(self, job: Job, starts: int = STARTS) -> Any:
        """Let Papermill run the notebook; a kernel that dies before its first cell is started again."""
        import papermill

        try:
            return papermill.execute_notebook(
                str(job.path),
                None,
                dict(job.parameters),
                engine_name=_registered(self.engine),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                log_output=False,
                # Nothing is left to do in a kernel whose last cell is done: its results are in the outputs.
                shutdown_kernel="immediate",
                environment=job.environment,
                folder=job.folder,
                execution_timeout=job.timeout,
                **self._given(),
            )
        except (RuntimeError, TimeoutError) as error:
            # Two kernels that start at one moment can be given the same port.
            if starts > 1 and str(error).startswith(DIED_AT_START):
                return self._executed(job, starts - 1)
            raise NotebookError(
                f"{job.path.name}: its kernel gave up: {error}. The previous results stay as they were. "
                "Look whether memory ran out, then run the same command again."
            ) from error

    def _given(self) -> dict[str, Any]:
        if self.engine == "forked":
            return {"forker": self._forker}
        # The kernel talks over the loopback only, and its warning about that would hide what matters.
        return {"extra_arguments": ["--log-level=ERROR"], "running": self._kernels}


def engine_here(asked: EngineName | None = None) -> EngineName:
    """The engine that is used: the one that is asked for, and the stock one wherever nothing forks."""
    if not hasattr(os, "fork"):
        return "stock"
    return asked or ("stock" if os.environ.get(ENGINE) == "stock" else "forked")


def _registered(engine: EngineName) -> str:
    """The name by which Papermill knows the engine."""
    from papermill.engines import papermill_engines

    from analysis.engine import ForkedEngine, StockEngine

    name = f"compendium-{engine}"
    papermill_engines.register(name, ForkedEngine if engine == "forked" else StockEngine)
    return name


def _failed(path: Path, error: Any) -> NotebookError:
    """What is said of a notebook in which a cell failed."""
    if error.ename in {kind.__name__ for kind in CompendiumError.__subclasses__()}:
        # What is wrong is in the data or the settings, and said already: the cell is not to blame.
        return NotebookError(f"{path.stem}: {error.evalue}\nThe previous results stay as they were.")
    told = "\n".join(error.source.splitlines()[:10])
    return NotebookError(
        f"{path.name}, cell {error.cell_index}: {error.ename}: {error.evalue}\n\n{told}\n\n"
        "The previous results stay as they were. Mend the cell or its data, then run the same command again."
    )


def _close_loop() -> None:
    """Close the event loop that the client opened for this thread, with what an error left waiting in it."""
    import asyncio

    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    for task in (left := asyncio.all_tasks(loop)):
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
