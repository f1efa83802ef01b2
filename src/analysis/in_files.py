"""Tables that are read where they lie: which files they are in, and which are too large to stand in memory."""

from __future__ import annotations

import csv
import glob
from pathlib import Path
from typing import Any

from analysis import schema
from analysis.computable import NotComputable
from analysis.database import connected, quoted

# Posts beyond that many take gigabytes as a table in memory.
LARGE = 1_000_000
STAY = "the posts stay in their files, from which the sample alone is drawn"
PATTERN = frozenset("*?[")


def files_at(path: Path) -> list[Path]:
    """The files that study.yml names at once, in order: one, the Parquet files of a folder, or those of a pattern."""
    folder, pattern = _parted(path)
    if not _is_pattern(folder / pattern):
        return [path]
    return sorted(found for found in folder.glob(pattern) if found.is_file())


def pattern_of(path: Path) -> str:
    """The same files as the database takes them: where signs of patterns belong to names, they are escaped."""
    folder, pattern = _parted(path)
    below = pattern if _is_pattern(folder / pattern) else glob.escape(pattern)
    return str(Path(glob.escape(str(folder))) / below)


def lie_in_files(path: Path) -> bool:
    """Whether posts are read where they lie: several files, those not in the study's own form, or very many posts."""
    if path.is_dir() or _is_pattern(path):
        return True
    if path.suffix == ".parquet" and path.is_file():
        return _is_frame(path)
    return path.suffix == ".csv" and brings_measures(path)


def stays_in_files(table: Any) -> bool:
    """Whether a study gave no table of its posts because they stay in their files."""
    return isinstance(table, NotComputable) and table.reason == STAY


def brings_measures(path: Path) -> bool:
    """Whether a CSV file holds measures, and so is no table in the study's own form."""
    if not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return "newcomer_share" in next(csv.reader(file), [])


def _parted(path: Path) -> tuple[Path, str]:
    """The folder that is there, whose name is no pattern whatever its signs, and what is named below it."""
    if path.is_dir():
        return path, "*.parquet"
    folder = next((parent for parent in path.parents if parent.is_dir()), Path(path.anchor))
    return folder, path.relative_to(folder).as_posix()


def _is_pattern(path: Path) -> bool:
    return bool(PATTERN & {*_parted(path)[1]}) and not path.is_file()


def _is_frame(path: Path) -> bool:
    """Whether a Parquet file is no table of posts in the study's own form, or a very large one."""
    import duckdb

    source = f"read_parquet({quoted(str(path))})"
    try:
        with connected() as db:
            held = {str(row[0]) for row in db.execute(f"DESCRIBE FROM {source}").fetchall()}
            rows = int(db.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0])  # noqa: S608
    except duckdb.Error:
        # Whoever reads it tells what is wrong with it.
        return False
    return rows > LARGE or not held.issuperset(schema.TABLES["posts"].column_names)
