"""The files of a frame: what the database reads them with, and what is said where it cannot."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.database import connected, named, quoted
from analysis.errors import TableError, nearest
from analysis.in_files import files_at, pattern_of
from analysis.measures import any_row

if TYPE_CHECKING:
    from analysis.database import Connection

# Reading takes less than half of it; the rest is for sorting what meets the criteria.
MEMORY = "300MB"
TEXTS = ("title", "text")
IDENTIFIERS = ("post_id", "creator_id")
NUMBERS = ("search_rank", "likes", "comments_count", "newcomer_share", "host_comments", "creator_replies")
BOUNDS = ("likes_captured", "comments_count_captured", "likes_is_bound", "comments_count_is_bound")
# Whoever writes a frame with NumPy writes for a missing number one that is none, and larger than all others.
MISSING = "nullif({number}, CAST('NaN' AS DOUBLE))"
NO_POSTS = "the frame has no posts. Name files with rows, or import a capture."
NO_SPACE = ("no space left", "offload", "max_temp_directory_size", "disk full")


@contextmanager
def database(where: str) -> Iterator[Connection]:
    """A database in little memory, whose scratch files go with it; its errors are told as `TableError`s."""
    import duckdb

    scratch = Path(tempfile.mkdtemp(prefix="compendium-"))
    try:
        with connected(scratch) as db:
            db.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
            yield db
    except duckdb.ParserException:
        # No file is at fault, but what was asked of it.
        raise
    except duckdb.Error as error:
        raise TableError(_told(error, where, scratch)) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def writing(path: Path, otherwise: str) -> Iterator[None]:
    """Tell that there is no room for what a database writes to a path, and what else there is to do."""
    import duckdb

    try:
        yield
    except duckdb.IOException as error:
        raise TableError(
            f"{path}: could not be written ({str(error).splitlines()[0]}). Free room there, or {otherwise}. What was "
            "there before stays."
        ) from error


def reader(path: Path, where: str) -> str:
    """What reads a file, a folder or a pattern, in SQL. Raises `TableError` where there is no such file."""
    if not any(file.is_file() for file in files_at(path)):
        raise TableError(f"{where}: there is no such file. Check the path in study.yml, or import a capture.")
    pattern = quoted(pattern_of(path))
    if path.is_dir() or path.suffix == ".parquet":
        return f"read_parquet({pattern}, union_by_name = true)"
    # A column of digits would be taken for numbers, and an identifier lose its zeros.
    return f"read_csv({pattern}, all_varchar = true, header = true, union_by_name = true)"


def posts_in(db: Connection, path: Path, decisions: Mapping[str, Any], where: str) -> str:
    """The query that gives the columns that a sample needs, typed. Raises `TableError` where one or all posts lack."""
    source = reader(path, where)
    query = selecting(_kinds(db, source), source, decisions, where)
    check_each(db, path, decisions, where)
    if not any_row(db, source):
        raise TableError(f"{where}: {NO_POSTS}")
    return query


def selecting(kinds: Mapping[str, str], source: str, decisions: Mapping[str, Any], where: str) -> str:
    """The query that gives the columns that a sample needs, of columns of these kinds.

    Raises `TableError` with all that are lacking.
    """
    _need(kinds, decisions, where)
    share = () if "newcomer_share" in kinds else TEXTS
    columns = [name for name in (*IDENTIFIERS, *NUMBERS, *BOUNDS, *share) if name in kinds]
    return f"SELECT {', '.join(_typed(name, kinds[name]) for name in columns)} FROM {source}"  # noqa: S608


def check_each(db: Connection, path: Path, decisions: Mapping[str, Any], where: str) -> None:
    """Raise `TableError` for the first of several files that lacks a needed column, which the others would hide."""
    files = files_at(path)
    if len(files) == 1:
        return
    held = {file.name: _kinds(db, reader(file, where)) for file in files}
    # Where one tells the shares of words, nobody counts them in the texts of the others.
    told = {"newcomer_share"} & {name for columns in held.values() for name in columns}
    for name, columns in held.items():
        _need(columns, decisions, f"{where}, {name}", told)


def _kinds(db: Connection, source: str) -> dict[str, str]:
    """The columns that are read from somewhere, each with its kind."""
    return {str(name): str(kind) for name, kind, *_ in db.execute(f"DESCRIBE FROM {source}").fetchall()}


def _need(columns: Collection[str], decisions: Mapping[str, Any], where: str, more: Collection[str] = ()) -> None:
    problems = _lacking(columns, decisions, more)
    if problems:
        listed = "\n".join(f"{where}: {problem}" for problem in problems)
        raise TableError(
            f"{listed}\nFound: {', '.join(columns)}. Rename columns, or add those that were not captured and leave "
            "them empty: what they are about is then told as not computable."
        )


def _lacking(columns: Collection[str], decisions: Mapping[str, Any], more: Collection[str]) -> list[str]:
    """The columns that are needed and not there, each with the nearest that is."""
    engagement = "likes" if decisions["engagement_by"] == "likes" else "search_rank"
    needed = [name for name in (*IDENTIFIERS, engagement, "comments_count", *more) if name not in columns]
    told = [f"column '{name}' is missing.{nearest(name, columns)}" for name in needed]
    if not {"newcomer_share", *TEXTS, *more} & {*columns, *more}:
        told.append(f"column 'text' is missing, and 'newcomer_share' as well.{nearest('newcomer_share', columns)}")
    return told


def _typed(name: str, kind: str) -> str:
    if kind == "VARCHAR" and name in NUMBERS:
        return f"{MISSING.format(number=_cast(name, 'DOUBLE'))} AS {name}"
    if kind.upper() in ("DOUBLE", "FLOAT") and name in NUMBERS:
        return f"{MISSING.format(number=named(name))} AS {name}"
    if kind == "VARCHAR" and name.endswith("_is_bound"):
        return f"{_cast(name, 'BOOLEAN')} AS {name}"
    if kind != "VARCHAR" and name in (*IDENTIFIERS, *TEXTS):
        return f"CAST({named(name)} AS STRING) AS {name}"
    return named(name)


def _cast(name: str, kind: str) -> str:
    return f"CAST(nullif({named(name)}, '') AS {kind})"


def _told(error: Exception, where: str, scratch: Path) -> str:
    """What went wrong while files were read, as their owner can mend it."""
    import duckdb

    said = str(error).splitlines()[0]
    if any(sign in str(error).lower() for sign in NO_SPACE):
        return (
            f"{where}: the disk with {scratch.parent} has no room for what does not fit into {MEMORY} of memory "
            f"({said}). Free some, or name a folder elsewhere in TMPDIR. What was there before stays."
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return (
            f"{where}: more memory was needed than the {MEMORY} that reading takes ({said}). Part the frame into "
            "smaller files, or make the cut-offs stricter. What was there before stays."
        )
    if isinstance(error, duckdb.ConversionException):
        return f"{where}: a cell is not of its column's kind ({said}). Correct it, or empty it where it is unknown."
    return f"{where}: not a readable file ({said}). Write it again, or import the captures. Results stay as they were."
