"""The only door to disk for tables: CSV in UTF-8, and Parquet for what was imported; written beside and moved."""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import schema
from analysis.computable import NotComputable
from analysis.database import Connection, quoted
from analysis.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

ROWS_IN_A_GROUP = 16_384


def read_table(path: Path, name: str, *, shown: str = "") -> pd.DataFrame:
    """Read a canonical table, checked and typed.

    `shown` is the path as the user knows it. Raises `TableError` with every problem of the file.
    """
    where = shown or str(path)
    if path.suffix == ".parquet":
        return _read_parquet(path, name, where)
    raw = schema.with_later(read_texts(path, where=where), name)
    schema.check(raw, name, where=where, lines=partial(_lines_of_rows, path))
    return schema.typed(raw, name)


def read_texts(path: Path, *, where: str) -> pd.DataFrame:
    """Read a CSV file with every cell as text; an empty cell is missing."""
    import pandas as pd

    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TableError(f"{where}: there is no such file. Check the path in study.yml.") from error
    except pd.errors.EmptyDataError as error:
        raise TableError(f"{where}: the file is empty; expected at least a line of column names.") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{where}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    except pd.errors.ParserError as error:
        raise TableError(f"{where}: not a readable CSV file: {error}. Check quotes and separators.") from error


def has_rows(path: Path) -> bool:
    """Whether a CSV file has anything under its column names."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = (cells for cells in csv.reader(file) if cells)
        next(rows, None)
        return next(rows, None) is not None


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as they stand, unchecked and without pandas; none where there is no such file.

    For what the notebooks have read and checked already.
    """
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def write_table(table: pd.DataFrame, path: Path, name: str) -> None:
    """Write a canonical table, checked. Raises `TableError` when it would not be readable again."""
    texts = schema.as_text(table, name)
    schema.check(texts, name, where=str(path))
    write_csv(texts[schema.TABLES[name].column_names], path)


def write_parquet(db: Connection, query: str, path: Path, compression: str = "zstd") -> None:
    """Write the rows of a query as Parquet, times marked as UTC; `path` is in a folder that is moved into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Row groups of long texts, as many as threads at once, would outgrow the memory in the usual size.
    written = f"FORMAT parquet, COMPRESSION {compression}, ROW_GROUP_SIZE {ROWS_IN_A_GROUP}"
    db.execute(f"COPY ({query}) TO {quoted(str(path))} ({written})")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write any table as CSV: written beside, then moved, so that no reader sees half a file."""
    replace_text(path, table.to_csv(index=False, lineterminator="\n"))


def replace_text(path: Path, content: str) -> None:
    """Put a text in a file's place whole, or leave the file as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(content, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_result(folder: Path, name: str) -> Any:
    """A table that an earlier notebook showed; `NotComputable` with its reason where it could not."""
    index = folder / "index.json"
    known = json.loads(index.read_text(encoding="utf-8")) if index.is_file() else {}
    entry = known.get(f"{name}.table")
    if entry is None:
        return NotComputable(f"no notebook has shown the table {name} yet")
    if entry["missing"]:
        return NotComputable(entry["missing"])
    return read_shown((folder / "tables" / f"{name}.csv").read_text(encoding="utf-8"), entry["texts"])


def read_shown(content: str, texts: list[str]) -> pd.DataFrame:
    """Read the CSV of a table that a notebook showed; `texts` are the columns that hold no numbers."""
    import pandas as pd

    return pd.read_csv(io.StringIO(content), dtype=dict.fromkeys(texts, "str"), keep_default_na=False, na_values=[""])


def _read_parquet(path: Path, name: str, where: str) -> pd.DataFrame:
    """Read what an import wrote; raises `TableError` when it is not the table that it should be."""
    import duckdb

    from analysis.database import connected, frame

    if not path.is_file():
        raise TableError(f"{where}: there is no such file. Import a capture: compendium import, the study's name, it.")
    try:
        with connected() as db:
            found = frame(db, f"SELECT * FROM read_parquet({quoted(str(path))})")  # noqa: S608
    except duckdb.Error as error:
        raise TableError(f"{where}: not a readable Parquet file: {error}. Import the captures again.") from error
    schema.check(schema.as_text(found, name), name, where=where)
    return found[schema.TABLES[name].column_names]


def _lines_of_rows(path: Path) -> list[int]:
    """The line on which each row starts; a text may hold line ends."""
    lines = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        start = rows.line_num
        for cells in rows:
            if cells:
                lines.append(start + 1)
            start = rows.line_num
    return lines[1:]
