"""The process from which notebooks' processes are forked: it loads the libraries once, runs no cell, starts no thread.

Run as `python -P -m analysis.forking FD MODULE…`, with the number of a socket and what to load at once. What comes over
the socket is the end of a connection and the names of modules to load first; what goes back is the number of the
process that was forked for it. When the socket ends, so do all of them.

A submodule that was loaded here can be reached in a notebook that does not import it: in the project's runs,
`import analysis; analysis.results` works in a forked process and fails in a stock kernel, where only
`from analysis import results` works. `compendium verify --engine stock` finds it.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection

# What a notebook may have loaded for it before it starts, when it imports it.
LOADABLE = {"analysis", "matplotlib", "numpy", "pandas"}


def main(descriptor: int, ahead: list[str]) -> None:
    """Fork a process for each connection that arrives; in such a process, be the kernel at its end."""
    with socket.socket(fileno=descriptor) as control:
        given = _serve(control, ahead)
    if given is None:
        # Nothing is left to do, least of all to take apart what was loaded.
        os._exit(0)
    from analysis.forked import run

    run(Connection(given))
    # A notebook's objects are taken apart at the end as they would be in a stock kernel.
    gc.unfreeze()


def _serve(control: socket.socket, ahead: list[str]) -> int | None:
    """Fork until the socket ends. Gives back, in a forked process, the number of its connection."""
    children: set[int] = set()
    with _awoken_by_children() as awake:
        _load(["analysis.forked", *ahead])
        while True:
            ready, _, _ = select.select([control, awake], [], [])
            if awake in ready:
                awake.recv(1024)
                _reap(children)
            if control in ready:
                names, given, _, _ = socket.recv_fds(control, 65536, 1)
                if not names:
                    _end(children)
                    return None
                _load(names.decode().split())
                if (child := _fork()) == 0:
                    return given[0]
                os.close(given[0])
                children.add(child)
                _tell(control, child)


def _tell(control: socket.socket, child: int) -> None:
    # Whoever asked may be gone; the end of the socket says so next.
    with contextlib.suppress(BrokenPipeError):
        control.sendall(f"{child:20}".encode())


@contextlib.contextmanager
def _awoken_by_children() -> Iterator[socket.socket]:
    """A socket that has something to read when a child has ended."""
    awake, waker = socket.socketpair()
    with awake, waker:
        waker.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        yield awake


def _load(names: list[str]) -> None:
    """Import modules ahead; one that fails will fail again in the notebook, where it is told."""
    # A stock kernel says so to the libraries before a notebook loads them: set later, figures vanish without an error.
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    with warnings.catch_warnings(action="ignore"):
        for name in names:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def _fork() -> int:
    """Fork; the child leads a group of its own, so that what it starts ends with it."""
    # What is loaded stays where it is: neither side copies pages because the collector looked at them.
    gc.collect()
    gc.freeze()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        # No thread of ours runs; a library that keeps one of its own, as pyarrow does, is told from Python 3.12 on.
        child = os.fork()
    if child == 0:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return child


def _reap(children: set[int]) -> None:
    for child in list(children):
        if os.waitpid(child, os.WNOHANG)[0]:
            children.discard(child)


def _end(children: set[int]) -> None:
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
