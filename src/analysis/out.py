"""Folders of files that leave a study: written beside, moved into place whole, never over what somebody put there.

Each holds `checksums.txt`. A file that is not in it, or that is no longer what it was, is somebody else's work.
"""

import shutil
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path

from analysis.beside import put_back, put_in_place
from analysis.errors import StudyError
from analysis.locks import alone

CHECKSUMS = "checksums.txt"
TOLD_AT_MOST = 5


def write_folder(folder: Path, write: Callable[[Path], None], shown: str) -> list[str]:
    """Let `write` fill a new folder and put it in the place of what was written there before; the files' names.

    `shown` is the folder as the user knows it. Raises `StudyError` where it holds what was not written so.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with alone(folder.parent / f".{folder.name}.lock", shown):
        put_back(folder)
        refuse_changed(folder, shown)
        made = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        try:
            write(made)
            sums = checksums_of(made)
            told = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
            (made / CHECKSUMS).write_text(told, encoding="utf-8", newline="\n")
            put_in_place(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return list(sums)


def refuse_changed(folder: Path, shown: str) -> None:
    """Raise `StudyError` where a folder holds files that were added or changed since it was written."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"{shown}: a file; expected a folder, or nothing. Name another folder.")
    if not folder.is_dir():
        return
    written = _read(folder / CHECKSUMS)
    foreign = [name for name, digest in checksums_of(folder).items() if written.get(name) != digest]
    if foreign:
        more = f" and {len(foreign) - TOLD_AT_MOST} more" if len(foreign) > TOLD_AT_MOST else ""
        named = ", ".join(foreign[:TOLD_AT_MOST])
        raise StudyError(
            f"{shown}: holds what was added or changed since it was written: {named}{more}. Nothing was overwritten. "
            "Move these files elsewhere, or name another folder with --out."
        )


def checksums_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file in a folder by its path from there."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: _digest(folder / name) for name in paths if name != CHECKSUMS}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
