"""A notebook's process: the stock kernel without its sockets, in a process forked from one with the libraries loaded.

Everything that a cell can meet is ipykernel's own: shell, display, streams, traceback, signals. Only the way in and
out differs. Requests come and messages leave through one connection to whoever runs the notebook, so that nothing
waits for ports, handshakes or a heartbeat.
"""

import asyncio
import os
import random
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipykernel

# Every kernel imports it when it starts.
import ipykernel.debugger
import zmq
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from tornado.ioloop import IOLoop
from traitlets import Any as AnyTrait

LAUNCHER = Path(ipykernel.__file__).parents[1] / "ipykernel_launcher.py"
ARGUMENTS = ["--HistoryManager.hist_file=:memory:"]


class Way:
    """One channel of a kernel on the shared connection; stands where ipykernel expects a socket."""

    def __init__(self, name: str, connection: Connection, lock: threading.Lock, context: zmq.Context[Any]) -> None:
        self.name, self.connection, self.lock, self.context = name, connection, lock, context

    def send_multipart(self, frames: list[Any], *_: Any, **__: Any) -> None:
        """Send one message, whole; threads of the notebook send at the same time."""
        with self.lock:
            self.connection.send((self.name, [bytes(frame) for frame in frames]))

    def flush(self, *_: Any) -> None:
        """Nothing waits to be sent."""

    def close(self) -> None:
        """The connection ends with the process."""


class ForkedKernel(IPythonKernel):
    """The stock kernel, which answers on a `Way`."""

    shell_stream = AnyTrait()
    _supports_kernel_subshells = False

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Cells come one at a time, so that none waits that a failed one should take along."""


class ForkedApp(IPKernelApp):
    """The stock kernel's application: its configuration, streams and shell, on a connection."""

    connection: Connection
    key: bytes
    name = "ipython-kernel"

    def init_connection_file(self) -> None:
        """There is no file: the connection is at hand."""

    def init_poller(self) -> None:
        """The end of the connection tells that nobody waits any more."""

    def init_heartbeat(self) -> None:
        """Who waits sees the connection end with this process."""

    def write_connection_file(self, **_: Any) -> None:
        """There is no file."""

    def log_connection_info(self) -> None:
        """There is nothing to connect to."""

    def init_sockets(self) -> None:
        """Make the channels, and the thread through which the output of all threads leaves."""
        self.session.key = self.key
        lock, self.context = threading.Lock(), zmq.Context()
        self.shell_socket = Way("shell", self.connection, lock, self.context)
        self.stdin_socket = Way("stdin", self.connection, lock, self.context)
        self.configure_tornado_logger()
        self.iopub_thread = IOPubThread(Way("iopub", self.connection, lock, self.context), pipe=True)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket

    def init_kernel(self) -> None:
        """Make the kernel and with it the shell."""
        self.kernel = ForkedKernel.instance(
            parent=self,
            session=self.session,
            shell_stream=self.shell_socket,
            # Top-level await asks which thread runs the cells.
            shell_channel_thread=SimpleNamespace(parent_thread=threading.current_thread()),
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            stdin_socket=self.stdin_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.kernel.io_loop = IOLoop.current()
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count

    def start(self) -> None:
        """Run the cells that come, until none will."""
        IOLoop.current().run_sync(self._run)

    async def _run(self) -> None:
        requests: asyncio.Queue[list[bytes] | None] = asyncio.Queue()
        arguments = (self.connection, asyncio.get_running_loop(), requests)
        threading.Thread(target=_receive, args=arguments, name="Control", daemon=True).start()
        while (frames := await requests.get()) is not None:
            await self.kernel.shell_main(None, [zmq.Frame(frame) for frame in frames])


def run(connection: Connection) -> None:
    """Be the kernel at the other end of a connection, in a process forked for it, until told to end."""
    try:
        start = connection.recv()
    except EOFError:
        # Who asked for it was interrupted meanwhile.
        return
    os.environ.clear()
    os.environ.update(start["environment"])
    os.chdir(start["folder"])
    sys.argv = [str(LAUNCHER), "-f", "kernel-forked.json", *ARGUMENTS]
    _seed_anew()
    ForkedApp.connection, ForkedApp.key = connection, start["key"]
    app = ForkedApp.instance()
    app.initialize(ARGUMENTS)
    app.start()


def _seed_anew() -> None:
    """Random numbers start anew: a fork would draw the same ones in every notebook."""
    random.seed()
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed()  # noqa: NPY002 — notebooks may draw from it


def _receive(
    connection: Connection, loop: asyncio.AbstractEventLoop, requests: "asyncio.Queue[list[bytes] | None]"
) -> None:
    """Hand on each request; when the other end is gone, end this process and all that it started."""
    while True:
        try:
            frames = connection.recv()
        except (EOFError, OSError):
            os.killpg(0, signal.SIGKILL)
        loop.call_soon_threadsafe(requests.put_nowait, frames)
        if frames is None:
            return
