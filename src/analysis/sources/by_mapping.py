"""Any table of captured posts, comments or accounts, by the mapping in study.yml from canonical columns to its own.

A time, count or choice that cannot be read refuses the file, with every such cell: the mapping is the user's own, and
is put right once. A record without an identifier is handed on with its reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.database import Connection, connected
from analysis.errors import CaptureError
from analysis.sources import macros
from analysis.sources.mapped_cells import TIMES, Cell, record_of
from analysis.sources.reader import Opened, Reader, Reading
from analysis.sources.rows import first_rows, keys_of, rows
from analysis.sources.tabular import PROBLEMS_SHOWN
from analysis.sources.time_forms import OFFSET_LINE, guess_time_form

NEEDED = {"posts": ("post_id",), "comments": ("comment_id", "post_id", "text"), "creators": ("creator_id",)}
TRIED = 1_000
Entry = Mapping[str, Any]


def reader_for(mapping: Mapping[str, Any]) -> Reader:
    """The reader of the tables that a mapping describes."""

    def recognises(opened: Opened) -> bool:
        return any(found for _, found in _fitting(mapping, opened))

    def read(opened: Opened, db: Connection) -> Reading:
        return _read(mapping, opened, db)

    return Reader(
        "mapped", "any CSV, TSV, Excel, JSON, SQLite or Parquet file by the mapping in study.yml", recognises, read
    )


def entries(mapping: Mapping[str, Any]) -> list[tuple[str, Entry]]:
    """Each canonical table that a mapping gives, with the columns that it is made of."""
    return [
        (table, entry) for table, given in mapping.items() for entry in (given if isinstance(given, list) else [given])
    ]


def columns_in(opened: Opened, wanted: Sequence[str] = ()) -> dict[str, set[str]]:
    """The columns of each sheet or table; of JSON the keys of its first records, of all where wanted ones lack."""
    if opened.tables:
        return {table: set(columns) for table, columns in opened.tables.items()}
    found = {key for record in first_rows(opened, "", len(opened.sample)) for key in record}
    if found.isdisjoint(wanted) or found.issuperset(wanted):
        return {"": found}
    with connected() as db:
        return {"": found | set(keys_of(db, opened))}


def wanted_columns(entry: Entry) -> list[str]:
    """The columns of the file that a mapping names."""
    return list(dict.fromkeys(str(column) for column in entry["columns"].values() if "{" not in str(column)))


def _fitting(mapping: Mapping[str, Any], opened: Opened) -> list[tuple[tuple[str, Entry], list[str]]]:
    """Each mapping with the sheets or tables that it fits; of several for one table, the first that fits."""
    taken: set[tuple[str, str]] = set()
    found = []
    for table, entry in entries(mapping):
        wanted = wanted_columns(entry)
        sheets = [
            sheet
            for sheet, columns in columns_in(opened, wanted).items()
            if wanted and columns.issuperset(wanted) and (table, sheet) not in taken
        ]
        taken.update((table, sheet) for sheet in sheets)
        found.append(((table, entry), sheets))
    return found


def _read(mapping: Mapping[str, Any], opened: Opened, db: Connection) -> Reading:
    macros.define(db)
    queries: dict[str, list[str]] = {}
    problems: list[str] = []
    for (table, entry), sheets in _fitting(mapping, opened):
        for sheet in sheets:
            _refuse_incomplete(table, entry)
            source = rows(db, opened, sheet, wanted_columns(entry))
            record = record_of(table, entry, db)
            found = _problems(db, source, list(record.values()), _Place(opened, sheet))
            problems += [*found, *(_forms_of_times(db, source, table, record) if found else ())]
            carried = ", ".join(f"{cell.sql} AS {name}" for name, cell in record.items())
            queries.setdefault(table, []).append(f"SELECT {carried}, line FROM {source}")  # noqa: S608
    if problems:
        mend = "Correct the mapping in study.yml or these cells, then import the file."
        raise CaptureError("\n".join([*problems, mend]))
    return Reading({table: " UNION ALL BY NAME ".join(parts) for table, parts in queries.items()})


@dataclass(frozen=True)
class _Place:
    """Where a file's cells stand, as its user counts them."""

    opened: Opened
    sheet: str

    def at(self, line: int) -> str:
        """Name a row."""
        kind = {"workbook": "row", "delimited": "line", "lines": "line"}.get(self.opened.shape, "record")
        return f"{self}, {kind} {line}"

    def __str__(self) -> str:
        return f"{self.opened.shown}, {self.sheet}" if self.sheet else self.opened.shown


def _refuse_incomplete(table: str, entry: Entry) -> None:
    missing = [name for name in NEEDED[table] if name not in entry["columns"]]
    if table == "creators" and "account_name" in entry["columns"]:
        return
    if missing:
        told = "\n".join(f"mapping, {table}: no column is mapped to '{name}', which {table} need." for name in missing)
        raise CaptureError(f"{told}\nAdd it to study.yml, then run the same command again.")


def _problems(db: Connection, source: str, cells: Iterable[Cell], place: _Place) -> list[str]:
    """Each cell that is not what its column asks for: the first few of a column with their rows, and how many."""
    checked = [cell for cell in cells if cell.expected]
    if not checked:
        return []
    wrong = [f"FILTER ({cell.found} IS NOT NULL AND ({cell.read}) IS NULL)" for cell in checked]
    asked = ", ".join(
        f"count(*) {only}, min(line, {PROBLEMS_SHOWN}) {only}, arg_min({cell.found}, line, {PROBLEMS_SHOWN}) {only}"
        for cell, only in zip(checked, wrong, strict=True)
    )
    (answers,) = db.execute(f"SELECT {asked} FROM {source}").fetchall()  # noqa: S608
    problems = []
    for cell, count, lines, found in zip(checked, answers[::3], answers[1::3], answers[2::3], strict=True):
        told = zip(lines or [], found or [], strict=True)
        problems += [f"{place.at(line)}: {cell.shown} is '{text}'; expected {cell.expected}." for line, text in told]
        if count > PROBLEMS_SHOWN:
            problems.append(f"{place}: {cell.shown} is so in {count} rows in all.")
    return problems


def _forms_of_times(db: Connection, source: str, table: str, record: Mapping[str, Cell]) -> Iterator[str]:
    """What to write in study.yml where times are in another form than it says."""
    for cell in (record[name] for name in record if name in TIMES and record[name].expected):
        unread = f"{cell.found} IS NOT NULL AND ({cell.read}) IS NULL"
        asked = f"SELECT DISTINCT {cell.found} AS found FROM {source} WHERE {unread} ORDER BY md5(found) LIMIT {TRIED}"  # noqa: S608
        times = guess_time_form([found for (found,) in db.execute(asked).fetchall()])
        if times.forms and not cell.expected.endswith(f" {times.form}"):
            yield (
                f"mapping, {table}: for {cell.shown}, put this into study.yml, beside columns: "
                f"{' or '.join(times.forms)}; and {OFFSET_LINE} if the clock of these times is ahead of UTC by so much."
            )
