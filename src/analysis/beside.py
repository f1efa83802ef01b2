"""A folder that is made beside and then takes another's place whole, so that no reader sees half of it."""

import shutil
from pathlib import Path


def put_in_place(made: Path, folder: Path) -> None:
    """Let a new folder take the place of an old one, which stays aside until it has."""
    aside = _aside(folder)
    if folder.exists():
        folder.rename(aside)
    made.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def put_back(folder: Path) -> None:
    """Undo a replacement that was stopped between its two steps."""
    aside = _aside(folder)
    if aside.exists() and not folder.exists():
        aside.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.before")
