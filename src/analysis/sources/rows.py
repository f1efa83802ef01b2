"""The rows of an opened capture file as something to select from, whatever kind of file it is.

Each row has every column of its sheet, table or file as text under its own name, and two columns more: `line`, which
says where it stands, and `unreadable`, which is true of a record that is no JSON object and false of all others.
A column that bears one of these two names in the file gets a low line at its end.

`line` counts as the user does: in a delimited file it is the line on which the row starts, in a workbook the row of
the sheet (so the header is mostly 1), in JSON lines the line (blank ones not counted), elsewhere the record from 1.

A delimited file is read strictly and to its end: a row with too many or too few cells, or one within which the file
breaks off, refuses the file. What stands before a cut is not taken for the whole without the user's knowing.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import duckdb
import pandas as pd

from analysis.database import Connection, connected, named, quoted
from analysis.errors import CaptureError, nearest
from analysis.sources.reader import Opened
from analysis.sources.tabular import EXACT_BELOW, database_rows, delimited_rows, sheet_rows

ADDED = ("line", "unreadable")
CHUNK = 20_000
NESTED = ("STRUCT", "MAP", "UNION", "VARIANT")
Records = Iterable[tuple[int, Sequence[str | None]]]


def rows(db: Connection, opened: Opened, table: str = "", columns: Sequence[str] = ()) -> str:
    """SQL that stands after FROM and gives the rows of a file, or of one of its sheets or tables.

    With `columns`, only these are given, and one that the file lacks is NULL; in JSON, `user.id` is a key in another.
    Raises `CaptureError` with every row that is not readable.
    """
    if opened.shape in ("lines", "array"):
        return _json_rows(db, opened, columns)
    if table not in opened.tables:
        known = ", ".join(f"'{name}'" for name in opened.tables)
        raise CaptureError(
            f"{opened.shown}: there is no '{table}' in it.{nearest(table, opened.tables)} Found: {known}."
        )
    names = opened.tables[table]
    _refuse_doubles(opened, table, names)
    source = _parquet_rows(db, opened, names) if opened.shape == "parquet" else _staged(db, opened, table)
    held = [f"{_given(name, names)} AS {named(given_name(name))}" for name in columns or names]
    return f"(SELECT line, false AS unreadable, {', '.join(held)} FROM {source})"  # noqa: S608


def first_rows(opened: Opened, table: str, count: int) -> list[dict[str, str | None]]:
    """The first rows of a sheet or table, by column; of JSON the sample, by key, `user.id` for one in another."""
    if opened.shape in ("lines", "array"):
        return [_flat(record) for record in opened.sample[:count]]
    names = opened.tables[table]
    if opened.shape == "parquet":
        with connected() as db:
            found = db.execute(f"SELECT * FROM {_parquet_rows(db, opened, names)} LIMIT {int(count)}").fetchall()  # noqa: S608
        return [dict(zip(names, cells, strict=True)) for _, *cells in found]
    try:
        return [dict(zip(names, cells, strict=False)) for _, cells in islice(_records(opened, table), 1, count + 1)]
    except CaptureError:
        # What is not readable is told when the file is read whole.
        return []


def _flat(record: Mapping[str, Any]) -> dict[str, str | None]:
    inner = {
        f"{key}.{name}": value for key, held in record.items() if isinstance(held, dict) for name, value in held.items()
    }
    return {key: _as_json_text(value) for key, value in {**record, **inner}.items() if not isinstance(value, dict)}


def _as_json_text(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False)


def given_name(column: str) -> str:
    """The name under which a file's column is given.

    >>> given_name("likes"), given_name("Line")
    ('likes', 'Line_')
    """
    return f"{column}_" if column.casefold() in ADDED else column


def _staged(db: Connection, opened: Opened, table: str) -> str:
    """A temporary table with the rows of a file that the engine does not read itself; filled once."""
    staged = named(f"rows of {opened.path} {table}")
    if not db.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [staged.strip('"')]).fetchall():
        names = opened.tables[table]
        columns = ", ".join(f"c{place} VARCHAR" for place in range(len(names)))
        try:
            db.execute(f"CREATE TEMP TABLE {staged} (line BIGINT, {columns})")
            _fill(db, staged, len(names), islice(_records(opened, table), 1, None))
        except (sqlite3.Error, UnicodeDecodeError) as error:
            db.execute(f"DROP TABLE IF EXISTS {staged}")
            raise CaptureError(
                f"{opened.shown}: not readable to its end: {error}. The file is broken; export or copy it again."
            ) from error
        except CaptureError:
            db.execute(f"DROP TABLE IF EXISTS {staged}")
            raise
    return staged


def _records(opened: Opened, table: str) -> Records:
    if opened.shape == "delimited":
        return delimited_rows(opened.path, opened.separator, opened.shown)
    return (sheet_rows if opened.shape == "workbook" else database_rows)(opened.path, table)


def _fill(db: Connection, staged: str, width: int, records: Records) -> None:
    """Put records into a table, a chunk at a time."""
    remaining = iter(records)
    while held := [(line, *cells[:width]) for line, cells in islice(remaining, CHUNK)]:
        chunk = pd.DataFrame(held, dtype="object")
        chunk.columns = [str(place) for place in range(width + 1)]
        db.register("chunk of rows", chunk)
        db.execute(f'INSERT INTO {staged} SELECT * FROM "chunk of rows"')  # noqa: S608
        db.unregister("chunk of rows")


def _parquet_rows(db: Connection, opened: Opened, names: Sequence[str]) -> str:
    source = f"read_parquet({quoted(str(opened.path))}, file_row_number = true)"
    kinds = db.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}").fetchall()  # noqa: S608
    held = [f"{_as_texts(name, str(kind))} AS c{place}" for place, (name, kind, *_) in enumerate(kinds)]
    return f"(SELECT file_row_number + 1 AS line, {', '.join(held[: len(names)])} FROM {source})"  # noqa: S608


def _as_texts(column: str, kind: str) -> str:
    """SQL that gives a column of a Parquet file as text, numbers as `as_text` writes them."""
    cell = named(column)
    if kind in ("DOUBLE", "FLOAT"):
        whole = (
            f"CASE WHEN abs({cell}) < {EXACT_BELOW} THEN {cell}::BIGINT::VARCHAR ELSE format('{{:.14e}}', {cell}) END"
        )
        # A missing number of pandas is no number rather than NULL.
        return f"CASE WHEN isnan({cell}) THEN NULL WHEN {cell} = floor({cell}) THEN {whole} ELSE {cell}::VARCHAR END"
    return f"to_json({cell})::VARCHAR" if kind.startswith(NESTED) or kind.endswith("]") else f"{cell}::VARCHAR"


def _json_rows(db: Connection, opened: Opened, columns: Sequence[str]) -> str:
    # A list that is broken off anywhere is not readable, which the engine finds only at its end.
    keys = tuple(columns) if columns and opened.shape == "lines" else keys_of(db, opened)
    keys = tuple(columns) or keys
    _refuse_doubles(opened, "", keys)
    pointers = [_pointer(key.split(".")) for key in keys] + [_pointer([key]) for key in keys]
    cells = ", ".join(
        f"coalesce(cells[{place + len(keys)}], cells[{place}]) AS {named(given_name(key))}"
        for place, key in enumerate(keys, start=1)
    )
    found = f"json_extract_string(json, [{', '.join(pointers)}]::VARCHAR[]) AS cells"
    record = f"SELECT row_number() OVER () AS line, coalesce(json_type(json) <> 'OBJECT', true) AS unreadable, {found}"
    return f"(SELECT line, unreadable{', ' * bool(cells)}{cells} FROM ({record} FROM {_json_source(opened)}))"  # noqa: S608


def _pointer(keys: Sequence[str]) -> str:
    return quoted("".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys))


def _json_source(opened: Opened) -> str:
    form = "'newline_delimited', ignore_errors = true" if opened.shape == "lines" else "'array'"
    return f"read_json({quoted(str(opened.path))}, format = {form}, records = false, columns = {{'json': 'JSON'}})"


def keys_of(db: Connection, opened: Opened) -> tuple[str, ...]:
    """Every key that a record of the file has, in the order of the alphabet."""
    keys = f"SELECT unnest(json_keys(json)) AS key FROM {_json_source(opened)} WHERE json_type(json) = 'OBJECT'"  # noqa: S608
    try:
        return tuple(key for (key,) in db.execute(f"SELECT DISTINCT key FROM ({keys}) ORDER BY key").fetchall())  # noqa: S608
    except duckdb.Error as error:
        told = str(error).splitlines()[0].replace(str(opened.path), opened.shown)
        raise CaptureError(
            f"{opened.shown}: not readable to its end: {told} "
            "Expected JSON, one list of records or one record a line. The file may be cut off; export it again."
        ) from error


def _given(name: str, names: Sequence[str]) -> str:
    return f"c{names.index(name)}" if name in names else "NULL::VARCHAR"


def _refuse_doubles(opened: Opened, table: str, names: Sequence[str]) -> None:
    """Raise `CaptureError` for names that are alike; the engine does not tell capitals from small letters."""
    often = Counter(name.casefold() for name in names)
    doubled = {name: None for name in names if often[name.casefold()] > 1}
    if doubled:
        where = f"{opened.shown}, {table}" if table else opened.shown
        told = ", ".join(f"'{name}'" for name in doubled)
        raise CaptureError(f"{where}: more than one column is called {told}. Give each column a name of its own.")
