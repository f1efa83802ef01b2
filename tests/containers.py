"""Captures for the tests, one table of records in each of the files that capturing tools write."""

import csv
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from analysis.database import Connection, connected, named
from analysis.sources.opening import opened
from analysis.sources.reader import Opened, Reader, Reading

Record = Mapping[str, object]
Tables = Mapping[str, Sequence[Record]]


def write_csv(path: Path, records: Sequence[Record], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    return path


def write_array(path: Path, records: Sequence[Record]) -> Path:
    path.write_text(json.dumps(list(records), ensure_ascii=False, indent=4), encoding="utf-8")
    return path


def write_lines(path: Path, records: Sequence[Record]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def write_workbook(path: Path, tables: Tables) -> Path:
    workbook = Workbook(write_only=True)
    for name, records in tables.items():
        sheet = workbook.create_sheet(name)
        sheet.append(list(records[0]))
        for record in records:
            sheet.append([_cell(sheet, record[column]) for column in records[0]])
    workbook.save(path)
    return path


def _cell(sheet: object, value: object) -> object:
    """A cell that holds a text as it is, were it a formula or a date."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def write_database(path: Path, tables: Tables) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for name, records in tables.items():
            add_table(database, name, tuple(records[0]), records)
        database.commit()
    return path


def add_table(database: sqlite3.Connection, name: str, columns: Sequence[str], records: Sequence[Record] = ()) -> None:
    database.execute(f"CREATE TABLE {named(name)} ({', '.join(map(named, columns))})")
    marks = ", ".join("?" * len(columns))
    rows = [tuple(record[column] for column in columns) for record in records]
    database.executemany(f"INSERT INTO {named(name)} VALUES ({marks})", rows)


@contextmanager
def glanced(path: Path) -> Iterator[Opened]:
    """The only capture in a file."""
    with opened(path, path.parent) as (capture,):
        yield capture


def recognised(reader: Reader, path: Path) -> bool:
    with glanced(path) as capture:
        return reader.recognises(capture)


def reading(reader: Reader, path: Path) -> Reading:
    """What a reader says of a file that it recognises."""
    with glanced(path) as capture, connected() as db:
        assert reader.recognises(capture)
        return reader.read(capture, db)


def raw(reader: Reader, path: Path, table: str) -> list[dict[str, object]]:
    """The raw records that a reader finds in a file, in the file's order; times as ISO writes them."""
    with connected() as db:
        return raw_in(db, reader, path, table)


def raw_in(db: Connection, reader: Reader, path: Path, table: str) -> list[dict[str, object]]:
    """The same in a database that is there already, which saves half of the time."""
    with glanced(path) as capture:
        assert reader.recognises(capture)
        found = db.execute(f"SELECT * FROM ({reader.read(capture, db).queries[table]}) ORDER BY line")
        names = [name for name, *_ in found.description]
        return [dict(zip(names, map(_shown, cells), strict=True)) for cells in found.fetchall()]


def unplaced(records: list[dict[str, object]]) -> list[dict[str, object]]:
    """Raw records without their lines, which differ from one kind of file to the next."""
    return [{name: cell for name, cell in record.items() if name != "line"} for record in records]


def _shown(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, datetime) else cell
