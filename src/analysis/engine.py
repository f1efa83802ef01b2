"""The Papermill engines: one that forks a notebook's process, one that starts a stock kernel as Papermill does.

`papermill --engine forked in.ipynb out.ipynb` uses the first for the Python kernel where the system can fork, else the
second. The project's own runs use either, with an environment and a folder for each notebook, which Papermill itself
knows for the whole process only.
"""

import ast
import os
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME
from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.log import logger
from traitlets import Any as AnyTrait

from analysis.forking import LOADABLE
from analysis.kernels import ForkedKernel, Forker
from analysis.parsing import parsed


class QuietClient(PapermillNotebookClient):
    """Papermill's client, which logs no death of a kernel: its error tells it, unless the run was stopped."""

    async def _async_check_alive(self) -> None:
        if not await ensure_async(self.kc.is_alive()):
            raise DeadKernelError("Kernel died")


class ForkedClient(QuietClient):
    """A client with a kernel that is forked instead of started."""

    forker = AnyTrait()

    def create_kernel_manager(self) -> ForkedKernel:
        """The kernel, which is not there yet; what the notebook imports is loaded in it."""
        self.km = ForkedKernel(self.forker, _loadable(self.nb))
        return self.km


class StockClient(QuietClient):
    """A client which keeps the numbers of the kernels' processes while they run."""

    running = AnyTrait()

    async def async_start_new_kernel(self, **given: Any) -> None:
        """Start the kernel."""
        await super().async_start_new_kernel(**given)
        if self.running is not None:
            self.running.add(self.km.provisioner.pid)

    start_new_kernel = run_sync(async_start_new_kernel)

    async def _async_cleanup_kernel(self) -> None:
        if self.running is not None and self.km.has_kernel:
            self.running.discard(self.km.provisioner.pid)
        await super()._async_cleanup_kernel()

    _cleanup_kernel = run_sync(_async_cleanup_kernel)


class StockEngine(Engine):
    """Runs a notebook in a stock kernel."""

    client: type[PapermillNotebookClient] = StockClient

    @classmethod
    def execute_managed_notebook(  # noqa: PLR0913 — as Papermill gives them
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        environment: Mapping[str, str] = MappingProxyType({}),
        folder: Path | None = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **given: Any,
    ) -> None:
        """Run the cells as Papermill does, and end the kernel.

        `environment` is added to that of this process; the notebook runs in `folder`, or where Papermill is. Raises
        `RuntimeError` when the kernel dies, `TimeoutError` when a cell takes longer than `execution_timeout` seconds.
        """
        given.pop("input_path", None)
        timeout = execution_timeout or given.pop("timeout", None)
        names = {"kernel_name": kernel_name, "timeout": timeout, "startup_timeout": start_timeout}
        client = cls.client(nb_man, log=logger, **names, **given)
        client.execute(env={**os.environ, **environment}, cwd=str(folder or Path.cwd()))


class ForkedEngine(StockEngine):
    """Runs a notebook in a process forked from one that has its libraries loaded, or in a stock kernel."""

    client = ForkedClient

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, forker: Forker | None = None, **given: Any
    ) -> None:
        """Run the cells in a process forked by `forker`, or by one of its own.

        A kernel of another name, and any kernel where the system cannot fork, is a stock one. Raises `NoSuchKernel`
        when it is not installed.
        """
        if kernel_name != NATIVE_KERNEL_NAME or not hasattr(os, "fork"):
            StockEngine.execute_managed_notebook(nb_man, kernel_name, **given)
            return
        with Forker() if forker is None else nullcontext(forker) as forks:
            super().execute_managed_notebook(nb_man, kernel_name, forker=forks, **given)


def _loadable(notebook: Any) -> list[str]:
    """The modules that a notebook imports and that may be loaded before it starts."""
    found: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found += _imported(cell.source)
    return sorted({name for name in found if name.partition(".")[0] in LOADABLE})


def _imported(source: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(parsed(source)))
    except SyntaxError:
        # A cell with magics in it, or one that will tell what is wrong with it.
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
