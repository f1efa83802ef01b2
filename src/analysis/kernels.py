"""Kernels forked from a process with the libraries loaded, as whoever runs a notebook sees them.

`Forker` starts that process, and a `Kernel` in a process forked from it for each notebook. Kernel and `Client` offer
what nbclient asks of jupyter_client's manager and client, so that it runs the cells as it does in a stock kernel.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from multiprocessing.connection import Connection
from queue import Empty
from types import TracebackType
from typing import Any, Self

from jupyter_client.session import Session

# As long as jupyter_client waits for a kernel that was asked to end.
PATIENCE = 5.0
# As a stock kernel is started; and no module that lies in the folder at hand stands in for one of ours.
COMMAND = (sys.executable, "-Xfrozen_modules=off", "-P", "-m", "analysis.forking")


class Forker:
    """The process from which kernels are forked; it is started with the first and ends with this object.

    It loads the modules `ahead` before it forks.
    """

    def __init__(self, ahead: Iterable[str] = ()) -> None:
        self._ahead = list(ahead)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.Lock()
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def start(self) -> None:
        """Start the process, which loads libraries from now on."""
        if self._process is not None or self._ended:
            return
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [*COMMAND, str(theirs.fileno()), *self._ahead],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # An interrupt in the terminal is for whoever waits for the notebooks.
                start_new_session=True,
            )

    def fork(self, modules: Iterable[str]) -> "tuple[int, Connection[Any, Any]]":
        """Fork a process that has these modules loaded: its number, and the connection to it.

        Raises `RuntimeError` when no process can be forked.
        """
        ours, theirs = socket.socketpair()
        connection = Connection(ours.detach())
        with theirs:
            return self._forked(" ".join(["analysis", *modules]).encode(), theirs), connection

    def end(self) -> None:
        """End the process and every kernel that was forked from it."""
        self._ended = True
        if self._process is None or self._control is None:
            return
        with contextlib.suppress(OSError):
            # Who waits for an answer hears that none will come.
            self._control.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._control.close()
        self._process.wait()

    def _forked(self, modules: bytes, theirs: socket.socket) -> int:
        with self._lock:
            self.start()
            told = b""
            with contextlib.suppress(OSError):
                if self._control is not None:
                    socket.send_fds(self._control, [modules], [theirs.fileno()])
                    told = self._control.recv(20, socket.MSG_WAITALL)
        if not told:
            raise RuntimeError("no process could be forked for it")
        return int(told)


class ForkedKernel:
    """The kernel of one notebook, with what nbclient asks of a kernel's manager."""

    connection: "Connection[Any, Any]"
    _client: "Client | None" = None

    def __init__(self, forker: Forker, modules: Iterable[str]) -> None:
        self.forker, self.modules, self.process = forker, list(modules), 0
        self.session = Session(key=os.urandom(16))

    @property
    def has_kernel(self) -> bool:
        """Whether it was started."""
        return self.process > 0

    def start_kernel(self, *, env: Mapping[str, str], cwd: str, **_: Any) -> None:
        """Start in a folder and with an environment of its own. Raises `RuntimeError` when it cannot."""
        self.process, self.connection = self.forker.fork(self.modules)
        try:
            self.connection.send({"environment": dict(env), "folder": cwd, "key": self.session.key})
        except OSError as error:
            raise RuntimeError("its process ended at once") from error

    def client(self) -> "Client":
        """The client that talks to this kernel."""
        self._client = Client(self.connection, self.session)
        return self._client

    def is_alive(self) -> bool:
        """Whether there is still a process to end."""
        return True

    def interrupt_kernel(self) -> None:
        """Interrupt the cell that runs, and what it started, as a stock kernel is interrupted."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process, signal.SIGINT)

    def shutdown_kernel(self, *, now: bool) -> None:
        """End the process and all that it started; unless now, its exit handlers run first."""
        if not now:
            if self._client is not None and self._client.unanswered:
                # A cell still runs, as when it took too long. An idle kernel would say that it was interrupted.
                self.interrupt_kernel()
            with contextlib.suppress(OSError):
                self.connection.send(None)
            self._wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process, signal.SIGKILL)

    def cleanup_resources(self) -> None:
        """There is nothing to remove."""

    def _wait(self) -> None:
        """Wait until the process has closed its end; what it still says is not heard any more."""
        until = time.monotonic() + PATIENCE
        with contextlib.suppress(EOFError, OSError):
            while self.connection.poll(max(0.0, until - time.monotonic())):
                self.connection.recv()


class Channel:
    """The messages of one kind that came from a kernel."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # noqa: ASYNC109 — as in jupyter_client
        """The next message. Raises `queue.Empty` when none came in so many seconds."""
        try:
            return await asyncio.wait_for(self.messages.get(), timeout)
        except TimeoutError:
            raise Empty from None


class Client:
    """One end of a kernel's connection, with what nbclient asks of a kernel's client."""

    allow_stdin = False

    def __init__(self, connection: "Connection[Any, Any]", session: Session) -> None:
        self.connection, self.session = connection, session
        self.channels = {name: Channel() for name in ("shell", "iopub", "stdin")}
        self.shell_channel, self.iopub_channel = self.channels["shell"], self.channels["iopub"]
        self.alive = True
        # The identifiers of the requests that the kernel is still at.
        self.unanswered: set[str] = set()

    async def start_channels(self) -> None:
        """Receive what the kernel sends from now on."""
        asyncio.get_running_loop().add_reader(self.connection.fileno(), self._receive)

    async def stop_channels(self) -> None:
        """Receive no more, and close the connection."""
        asyncio.get_running_loop().remove_reader(self.connection.fileno())
        self.connection.close()

    def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for nothing: a request reaches the kernel when it is ready."""

    def is_alive(self) -> bool:
        """Whether the kernel's process still has its end of the connection."""
        return self.alive

    def execute(self, code: str, *, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Ask the kernel to run a cell; gives back the identifier of the request."""
        content = {
            "code": code, "silent": False, "store_history": store_history, "user_expressions": {},
            "allow_stdin": self.allow_stdin, "stop_on_error": stop_on_error,
        }  # fmt: skip
        return self._ask("execute_request", content)

    def kernel_info(self) -> str:
        """Ask the kernel about itself; gives back the identifier of the request."""
        return self._ask("kernel_info_request", {})

    def _ask(self, kind: str, content: dict[str, Any]) -> str:
        message = self.session.msg(kind, content)
        request = str(message["header"]["msg_id"])
        self.unanswered.add(request)
        # A kernel that is gone is told by what does not come back.
        with contextlib.suppress(OSError):
            self.connection.send(self.session.serialize(message))
        return request

    def _receive(self) -> None:
        try:
            name, frames = self.connection.recv()
        except (EOFError, OSError):
            self.alive = False
            asyncio.get_running_loop().remove_reader(self.connection.fileno())
            return
        _, frames = self.session.feed_identities(frames)
        message = self.session.deserialize(frames)
        if name == "shell":
            self.unanswered.discard(message["parent_header"]["msg_id"])
        self.channels[name].messages.put_nowait(message)
