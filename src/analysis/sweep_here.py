"""A sweep on this machine: each row in a process of its own, as many at once as there are cores."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from analysis.sweep_row import Ran, Task, run_row

# A process that was ended from outside says nothing of its row: another is started for it.
STARTS = 3


class Here:
    """Runs rows on this machine. When it is left by an error or interrupt, what still runs ends with it."""

    def __init__(self, at_once: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(at_once or os.cpu_count(), thread_name_prefix="row")
        self._context: Any = multiprocessing.get_context(_way_to_start())
        self._running: set[Any] = set()
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended = kind is not None
        for process in list(self._running) if self._ended else ():
            with suppress(ValueError):
                process.kill()
        self._pool.shutdown(cancel_futures=self._ended)

    def run_all(self, tasks: list[Task]) -> Iterator[Ran]:
        """What became of each row, in the order in which they end."""
        for future in as_completed([self._pool.submit(self._run, task) for task in tasks]):
            yield future.result()

    def _run(self, task: Task) -> Ran:
        """Run a row in a process; when it is killed, in another."""
        status = 0
        for _ in range(STARTS):
            ran, status = self._in_process(task)
            if ran is not None:
                return ran
            if self._ended or status >= 0:
                break
        return Ran(task.row, why=_told(status))

    def _in_process(self, task: Task) -> tuple[Ran | None, int]:
        """What a process says of its row, or nothing and the status with which it ended."""
        receiving, sending = self._context.Pipe(duplex=False)
        process = self._context.Process(target=be_row, args=(task, sending), daemon=True)
        process.start()
        sending.close()
        self._running.add(process)
        try:
            return receiving.recv(), 0
        except EOFError:
            process.join()
            return None, process.exitcode
        finally:
            self._running.discard(process)
            process.join()
            receiving.close()
            process.close()


def be_row(task: Task, answer: Connection) -> None:
    """Run a row and say what became of it; end when the process that asked for it ends."""
    # The interrupt goes to all processes of a terminal; it is for the one that asked to end the others.
    signal.signal(signal.SIGINT, lambda *_: None)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    answer.send(run_row(task))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _way_to_start() -> str:
    """A clean process that has loaded the package and is forked, where there is one; else one from the start."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return "spawn"
    multiprocessing.set_forkserver_preload(["__main__", "analysis.sweep_row"])
    return "forkserver"


def _told(status: int) -> str:
    if status < 0:
        return (
            f"Its process was ended by signal {-status}, {STARTS} times. Look whether memory ran out; with --at-once "
            "fewer rows run at once. Then run the same command again."
        )
    return f"Its process ended with status {status} and said nothing. The error is in what it wrote above."
