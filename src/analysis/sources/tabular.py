"""Rows out of delimited files, workbooks and SQLite databases, one after the other, each with where it stands."""

import csv
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from analysis.database import named
from analysis.errors import CaptureError

PROBLEMS_SHOWN = 10
LONGEST_CELL = 2**31 - 1
# Above it a spreadsheet's numbers are no longer exact to the unit.
EXACT_BELOW = 2**53


@dataclass
class Problems:
    """The first few rows of a file that are not readable, and how many there are."""

    shown: str
    first: list[str] = field(default_factory=list)
    in_all: int = 0

    def note(self, line: int, told: str) -> None:
        """Note what is wrong with the row that starts on a line."""
        self.in_all += 1
        if self.in_all <= PROBLEMS_SHOWN:
            self.first.append(f"{self.shown}, line {line}: {told}")

    def raise_them(self) -> None:
        """Raise `CaptureError` when there is any."""
        if self.first:
            told = "\n".join(self.first)
            raise CaptureError(f"{told}\n{self.in_all} such rows in all. Check quotes and separators.")


def column_names(cells: Sequence[str | None]) -> tuple[str, ...]:
    """Column names of a header; one without a name is called by its place.

    >>> column_names([" id ", "", None])
    ('id', 'column 2', 'column 3')
    """
    return tuple((cell or "").strip() or f"column {place}" for place, cell in enumerate(cells, start=1))


def delimited_rows(path: Path, separator: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row starts, and its cells; blank lines left out. The first row is the header."""
    csv.field_size_limit(LONGEST_CELL)
    problems = Problems(shown)
    width = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, cells in _parsed(csv.reader(file, delimiter=separator, strict=True), problems):
            width = width or len(cells)
            if len(cells) == width:
                yield line, cells
            else:
                problems.note(line, f"{len(cells)} cells; expected {width}.")
    problems.raise_them()


def _parsed(reader: Any, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """The rows that are readable, each with its first line; those that are not are noted."""
    before = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            problems.note(before + 1, _told(error))
            cells = []
        if cells is None:
            return
        if cells:
            yield before + 1, cells
        before = reader.line_num


def sheet_rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str | None]]]:
    """The row number and the cells of each row of a sheet that is not blank. The first row is the header."""
    from python_calamine import load_workbook

    with load_workbook(path) as workbook:
        for number, cells in enumerate(workbook.get_sheet_by_name(sheet).iter_rows(), start=1):
            texts = [as_text(cell) for cell in cells]
            if any(texts):
                yield number, texts


def as_text(cell: object) -> str | None:
    """A cell of a workbook or a database as text; a blank one is missing.

    A number that is too large to be exact is written with an exponent, so that nobody takes it for an identifier.

    >>> [as_text(cell) for cell in (12.0, 0.5, 6.785e23, True, "", "x")]
    ['12', '0.5', '6.78500000000000e+23', 'true', None, 'x']
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < EXACT_BELOW else f"{cell:.14e}"
    if isinstance(cell, datetime):
        # A spreadsheet counts time in fractions of a day, which miss the second by a little.
        return (cell + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return cell.decode("utf-8", errors="replace") if isinstance(cell, bytes) else str(cell)


def database_rows(path: Path, table: str) -> Iterator[tuple[int, list[str | None]]]:
    """The number and the cells of each row of a SQLite table, after its header; an empty text stays one."""
    with closing(connect_readonly(path)) as database:
        database.text_factory = lambda text: text.decode("utf-8", errors="replace")
        found = database.execute(f"SELECT * FROM {named(table)}")  # noqa: S608
        yield 0, [name for name, *_ in found.description]
        for number, cells in enumerate(found, start=1):
            yield number, [cell if cell == "" else as_text(cell) for cell in cells]


def connect_readonly(path: Path) -> sqlite3.Connection:
    """A SQLite database that is only read from."""
    journal = path.with_name(f"{path.name}-wal")
    # What a capturing tool has not yet moved into the file is read too; without such rows nothing is left beside it.
    more = "" if journal.is_file() and journal.stat().st_size else "&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{more}", uri=True)


def _told(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return (
            "the file breaks off inside this row, or a quote is opened and never closed. "
            "If the capture was cut off, export it again, or delete the file from this line on."
        )
    return f"not readable: {error}."
