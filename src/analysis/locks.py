"""One process at a time: two that write the same results at once would lose both."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import BusyError


@contextmanager
def alone(path: Path, doing: str) -> Iterator[None]:
    """Hold a lock file while something is done. Raises `BusyError` when a living process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _take(path, doing)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path, doing: str) -> None:
    import os

    import psutil

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        holder = path.read_text(encoding="utf-8").strip()
        if not holder.isdigit() or not psutil.pid_exists(int(holder)):
            # Its process was killed and could not clean up.
            path.unlink(missing_ok=True)
            _take(path, doing)
            return
        raise BusyError(
            f"{doing}: another process ({holder}) is at it. Wait until it has ended, then run the same command again."
        ) from None
