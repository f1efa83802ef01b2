"""One process at a time: two that write the same results at once would lose both."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import BusyError


@contextmanager
def alone(path: Path, doing: str) -> Iterator[None]:
    """Hold a lock file while something is done. Raises `BusyError` when a living process of this machine holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _take(path, doing)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path, doing: str) -> None:
    import socket

    here = socket.gethostname()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {here}")
    except FileExistsError:
        holder, _, machine = path.read_text(encoding="utf-8").strip().partition(" ")
        if machine not in ("", here) or not _lives(holder):
            # Its process was killed and could not clean up.
            path.unlink(missing_ok=True)
            _take(path, doing)
            return
        raise BusyError(
            f"{doing}: another process ({holder}) is at it. Wait until it has ended, then run the same command again."
        ) from None


def _lives(holder: str) -> bool:
    """Whether a process lives; one that was killed and that nobody has asked after still has its number."""
    import psutil

    try:
        return bool(psutil.Process(int(holder)).status() != psutil.STATUS_ZOMBIE)
    except (ValueError, psutil.NoSuchProcess):
        return False
