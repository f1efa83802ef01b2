"""Tables of a file as rows of texts, each with where the user finds it, read to the end whatever is wrong."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from analysis.errors import CaptureError, CodingError
from analysis.sources.reader import Opened
from analysis.sources.tabular import as_text, column_names, delimited_rows, sheet_rows

TOLD_AT_MOST = 20
# Above a table there may stand a title, or names of groups of columns.
HEADER_WITHIN = 6
LOOKED_AT = 60
Row = tuple[int, list[str]]
IsHeader = Callable[[Sequence[str]], bool]


@dataclass
class Grid:
    """A table of a file. `header_line` is where its columns' names stand; `problems` is what was not readable."""

    shown: str
    sheet: str
    unit: str
    header: list[str]
    rows: list[Row]
    header_line: int = 1
    above: int = 0
    # How many blank columns a sheet has before its first, which are not in it.
    left: int = 0
    problems: list[str] = field(default_factory=list)

    def at(self, line: int, column: int | None = None) -> str:
        """Where a row or cell stands: the file, the sheet, and its place there."""
        return f"{self.shown}, {self.place(line, column)}"

    def place(self, line: int, column: int | None = None) -> str:
        """Where a row or cell stands in the file, as the user sees it."""
        sheet = f"sheet '{self.sheet}', " if self.sheet else ""
        if column is None:
            return f"{sheet}{self.unit} {line}"
        # In a workbook a cell has a name of its own.
        in_text = f"{self.unit} {line}, column '{self.header[column]}'"
        return sheet + (f"cell {letters(self.left + column)}{line}" if self.unit == "row" else in_text)

    def unread(self, read: Collection[int]) -> Iterator[tuple[str, list[str]]]:
        """The columns that nobody read, each with its cells that are filled."""
        for place, name in enumerate(self.header):
            filled = [cells[place] for _, cells in self.rows if cells[place].strip()]
            if place not in read and filled:
                yield name, filled

    def note(self, line: int, told: str, column: int | None = None) -> None:
        """Note what is wrong with a row or cell."""
        self.problems.append(f"{self.at(line, column)}: {told}")


def letters(column: int) -> str:
    """What a spreadsheet calls a column.

    >>> letters(0), letters(25), letters(26), letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    name = ""
    while column >= 0:
        name, column = chr(ord("A") + column % 26) + name, column // 26 - 1
    return name


def grids_in(opened: Opened, is_header: IsHeader, *, is_glance: bool = False) -> list[Grid]:
    """The tables of a file, with all rows, or at a glance with the first.

    The header is the first row that `is_header`, if it is among the first few; else the first row.
    """
    if opened.shape in ("lines", "array"):
        return [_of_records(opened, is_glance=is_glance)]
    if opened.shape not in ("delimited", "workbook"):
        return []
    return [_of_rows(opened, table, is_header, is_glance=is_glance) for table in opened.tables]


def _of_rows(opened: Opened, table: str, is_header: IsHeader, *, is_glance: bool) -> Grid:
    """A delimited file or a sheet."""
    is_sheet = opened.shape == "workbook"
    if is_glance:
        rows, problems = _first(opened.path, table, opened.separator, opened.path.stat().st_mtime_ns), list[str]()
    else:
        rows, problems = _read(opened, table)
    above = next((place for place, (_, cells) in enumerate(rows[:HEADER_WITHIN]) if is_header(cells)), 0)
    line, names = rows[above] if rows else (1, [])
    width = max((len(cells) for _, cells in rows), default=0)
    header = list(column_names([*names, *[""] * (width - len(names))]))
    below = [(line, [*cells, *[""] * (width - len(cells))]) for line, cells in rows[above + 1 :]]
    unit = "row" if is_sheet else "line"
    sheet = table if is_sheet and len(opened.tables) > 1 else ""
    left = _blank_columns(opened.path, table) if is_sheet and not is_glance else 0
    return Grid(opened.shown, sheet, unit, header, below, line, above, left, problems)


def _read(opened: Opened, table: str) -> tuple[list[Row], list[str]]:
    """All rows of a table, and what was not readable."""
    rows: list[Row] = []
    try:
        rows.extend(_rows(opened, table))
    except CaptureError as error:
        return rows, str(error).splitlines()
    except UnicodeDecodeError as error:
        return rows, [f"{opened.shown}: not readable to its end: {error}. Save it as UTF-8."]
    return rows, []


def _blank_columns(path: Path, table: str) -> int:
    """How many columns a sheet has before the first that is filled."""
    from python_calamine import load_workbook

    with load_workbook(path) as workbook:
        start = workbook.get_sheet_by_name(table).start
    return start[1] if start else 0


@lru_cache(maxsize=32)
def _first(path: Path, table: str, separator: str, changed: int) -> list[Row]:  # noqa: ARG001
    """The first rows of a table, read once for all who want to know what it is; a workbook is slow to open."""
    opened = Opened(path, str(path), "delimited" if separator else "workbook", separator=separator)
    rows: list[Row] = []
    with suppress(CaptureError, UnicodeDecodeError):
        rows.extend(islice(_rows(opened, table), LOOKED_AT))
    return rows


def _rows(opened: Opened, table: str) -> Iterator[Row]:
    """The rows of a table, blank cells as empty texts."""
    found: Iterable[tuple[int, Sequence[str | None]]] = (
        sheet_rows(opened.path, table)
        if opened.shape == "workbook"
        else delimited_rows(opened.path, opened.separator, opened.shown)
    )
    return ((line, [cell or "" for cell in cells]) for line, cells in found)


def _of_records(opened: Opened, *, is_glance: bool) -> Grid:
    """JSON: a column for each key of any record."""
    problems: list[str] = []
    records = list(enumerate(opened.sample, start=1)) if is_glance else list(_records(opened, problems))
    header = list(dict.fromkeys(key for _, record in records for key in record))
    rows = [(line, [_cell(record.get(key)) for key in header]) for line, record in records]
    return Grid(opened.shown, "", "line" if opened.shape == "lines" else "record", header, rows, problems=problems)


def _records(opened: Opened, problems: list[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """All records of a JSON file; what is none is noted."""
    text = opened.path.read_text(encoding="utf-8", errors="replace")
    if opened.shape == "array":
        found = [(number, record) for number, record in enumerate(_parsed(text, opened.shown, problems) or [], start=1)]
    else:
        lines = enumerate(text.split("\n"), start=1)
        found = [
            (line, _parsed(each, f"{opened.shown}, line {line}", problems)) for line, each in lines if each.strip()
        ]
    unit = "line" if opened.shape == "lines" else "record"
    for line, record in found:
        if isinstance(record, dict):
            yield line, record
        elif record is not None:
            problems.append(f'{opened.shown}, {unit} {line}: no record; expected an object such as {{"unit": …}}.')


def _parsed(text: str, where: str, problems: list[str]) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        problems.append(f"{where}: not readable as JSON: {error}. It may be cut off; export it again.")
        return None


def _cell(value: object) -> str:
    """A value as the text that it would be in a table; a list has a line for each entry."""
    if isinstance(value, list):
        return "\n".join(map(_cell, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return as_text(value) or ""


def refuse(problems: Sequence[str], mend: str) -> None:
    """Raise `CodingError` with what is wrong with a file, if anything is."""
    if problems:
        more = [f"… and {len(problems) - TOLD_AT_MOST:,} more."] if len(problems) > TOLD_AT_MOST else []
        raise CodingError("\n".join([*problems[:TOLD_AT_MOST], *more, mend]))
