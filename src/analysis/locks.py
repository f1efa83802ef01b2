"""One process at a time: two that write the same results at once would lose both."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from uuid import uuid4

from analysis.errors import BusyError


@contextmanager
def alone(path: Path, doing: str, *, elsewhere: Literal["take", "refuse"] = "take") -> Iterator[None]:
    """Hold a lock file while something is done. Raises `BusyError` when a living process of this machine holds it.

    Whether one of another machine lives cannot be seen: its lock is taken, or refused where two would go wrong.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    mine = _take(path, doing, elsewhere)
    try:
        yield
    finally:
        _remove(path, mine)


def _take(path: Path, doing: str, elsewhere: str) -> str:
    """Take a lock; gives back what stands in it."""
    import socket

    here = socket.gethostname()
    mine = f"{os.getpid()} {here}"
    while not _placed(path, mine):
        # Its holder may have ended just now.
        with suppress(FileNotFoundError):
            held = path.read_text(encoding="utf-8")
            holder, _, machine = held.strip().partition(" ")
            at_it = f"{doing}: another process ({holder})"
            if machine not in ("", here):
                if elsewhere == "refuse":
                    raise BusyError(
                        f"{at_it} on {machine} is at it, or was killed there. Wait until it has ended; if it was "
                        f"killed, delete {path}. Then run the same command again."
                    )
            elif _lives(holder):
                raise BusyError(f"{at_it} is at it. Wait until it has ended, then run the same command again.")
            # Its process was killed and could not clean up.
            _remove(path, held)
    return mine


def _placed(path: Path, mine: str) -> bool:
    """Put a lock in its place with its content, as an empty one looks like that of a dead process; False if taken."""
    beside = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        beside.write_text(mine, encoding="utf-8")
        _link(beside, path)
    except FileExistsError:
        return False
    finally:
        beside.unlink(missing_ok=True)
    return True


def _link(beside: Path, path: Path) -> None:
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:
        # On this disk a file has one name.
        with path.open("x", encoding="utf-8") as file:
            file.write(beside.read_text(encoding="utf-8"))


def _remove(path: Path, content: str) -> None:
    """Remove a lock, and not the one that another process has put in its place."""
    with suppress(FileNotFoundError):
        if path.read_text(encoding="utf-8") == content:
            path.unlink()


def _lives(holder: str) -> bool:
    """Whether a process lives; one that was killed and that nobody has asked after still has its number."""
    import psutil

    try:
        return bool(psutil.Process(int(holder)).status() != psutil.STATUS_ZOMBIE)
    except (ValueError, psutil.NoSuchProcess):
        return False
