"""A sweep on a Dask cluster that its address names: the rows go to its workers, and to others when a worker is lost.

The workers need the compendium's folder under the same path, as on a disk that all machines share, and the same
version of the package. What they compute is written there, never sent.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from analysis.errors import ClusterError
from analysis.run_folder import digest, digest_of_file
from analysis.sweep_row import Ran, Task, run_row

# So long it may take until the scheduler answers, and until it has a worker.
PATIENCE = 20


class Cluster:
    """Runs rows on the workers of a cluster. When it is left, rows that wait are taken back.

    Raises `ClusterError` on entry when dask.distributed is missing, nobody answers, or a worker lacks what it needs.
    """

    def __init__(self, address: str, root: Path) -> None:
        self.address, self.root = address, root
        self._futures: dict[Any, Task] = {}
        self._client: Any = None

    def __enter__(self) -> Self:
        self._client = _connected(self.address)
        try:
            _check_workers(self._client, self.address, self.root)
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._client.status == "running":
            self._client.cancel(list(self._futures))
        self._client.close()

    def run_all(self, tasks: list[Task]) -> Iterator[Ran]:
        """What became of each row, in the order in which they end. Raises `ClusterError` when the scheduler is lost."""
        from distributed import as_completed

        futures = self._client.map(run_row, tasks, pure=False, key="sweep")
        self._futures = dict(zip(futures, tasks, strict=True))
        del futures
        for future in as_completed(list(self._futures), loop=self._client.loop):
            ran = self._ran(future, self._futures.pop(future))
            # What is known here need not be found out again when the worker that holds it is lost.
            future.release()
            yield ran

    def _ran(self, future: Any, task: Task) -> Ran:
        if future.status == "finished":
            ran: Ran = future.result()
            return ran
        if future.status != "error":
            raise ClusterError(
                f"{self.address}: the cluster was lost while rows were running. What was done is kept. "
                "Start it again, then run the same command again."
            )
        error = future.exception()
        return Ran(task.row, why=f"{type(error).__name__}: {error}")


def look(root: Path) -> tuple[bool, str]:
    """Whether the compendium can be seen from here, and a digest of the package that is installed here."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return (root / "_config.yml").is_file(), digest("".join(map(digest_of_file, files)))


def _connected(address: str) -> Any:
    if importlib.util.find_spec("distributed") is None:
        raise ClusterError(
            "--dask: dask.distributed is not installed here. Install it: pip install --editable '.[cluster]'"
        )
    from distributed import Client

    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"--dask {address}: no cluster answers there ({_first_line(error)}). Expected the address of a running "
            "scheduler, such as tcp://192.0.2.1:8786. Start one with dask scheduler, and workers with dask worker."
        ) from error


def _check_workers(client: Any, address: str, root: Path) -> None:
    """Raise `ClusterError` with every worker that could not run a row."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise ClusterError(
            f"--dask {address}: the scheduler answers, but has no worker. Start some: dask worker {address}"
        ) from error
    expected = look(root)
    problems = [
        f"--dask {address}: worker {worker}: {told}"
        for worker, found in sorted(client.run(look, root, on_error="return").items())
        if (told := _lacks(found, expected, root))
    ]
    if problems:
        raise ClusterError("\n".join(problems))


def _lacks(found: Any, expected: tuple[bool, str], root: Path) -> str:
    """What a worker lacks, by what it answered."""
    if isinstance(found, BaseException):
        return f"cannot load the compendium's package ({_first_line(found)}). Install it where the worker runs."
    seen, package = found
    if not seen:
        return f"does not see {root}. Share that folder with its machine, under the same path."
    return "" if package == expected[1] else "has another version of the compendium's package. Install this one there."


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
