"""A capture file opened: unpacked, decoded, and its shape found out from what is in it, never from its name."""

import csv
import io
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from analysis.database import connected, quoted
from analysis.errors import CaptureError
from analysis.sources.decoding import decoded
from analysis.sources.reader import Opened
from analysis.sources.tabular import column_names, connect_readonly, sheet_rows
from analysis.sources.unpacking import ZIP, first_bytes, unpacked

SQLITE, PARQUET, OLD_WORKBOOK = b"SQLite format 3\0", b"PAR1", b"\xd0\xcf\x11\xe0"
SEPARATORS = ",;\t|"
HEAD = 4 << 20
HEADER_ROWS = 20
SAMPLE = 50
LINES_TRIED = 200
# One JSON object is read whole, since nothing says beforehand where its records are.
OBJECT_BELOW = 64 << 20
# Under what an export puts its records when it is one object.
WRAPPERS = ("data", "items", "results", "records", "posts", "comments", "notes", "tweets", "statuses", "messages")


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[list[Opened]]:
    """The captures in a file: one, or one for each member of a zip. What was unpacked is removed afterwards.

    Raises `CaptureError` for a file that is missing, empty, broken, binary, or text of no known encoding.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        yield [glance(inner, shown, folder) for inner, shown in unpacked(path, str(path), folder)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def glance(path: Path, shown: str, folder: Path) -> Opened:
    """An unpacked file and its shape; what had to be decoded is in the folder."""
    start = first_bytes(path, shown)
    if start.startswith(SQLITE):
        return Opened(path, shown, "database", _database_tables(path, shown))
    if start.startswith(PARQUET):
        return Opened(path, shown, "parquet", _parquet_tables(path, shown))
    if start.startswith((ZIP, OLD_WORKBOOK)):
        return Opened(path, shown, "workbook", _sheets(path, shown))
    text, notes = decoded(path, shown, folder)
    head = _head(text)
    if not head.strip():
        raise CaptureError(f"{shown}: nothing but blanks in the file; expected a capture. Export it again.")
    if head.lstrip().startswith("{"):
        return _object_or_lines(text, shown, notes, folder)
    if head.lstrip().startswith("[") and head.lstrip()[1:].lstrip()[:1] in ("{", "]", ""):
        return Opened(text, shown, "array", sample=_elements(head, shown), notes=notes)
    return _delimited(text, shown, notes, head)


def _head(path: Path) -> str:
    """The first characters of a file; a byte that is no text is found, and told, when its row is read."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return file.read(HEAD)


def _delimited(path: Path, shown: str, notes: tuple[str, ...], head: str) -> Opened:
    separator = find_separator(head)
    header = next(filter(None, _first_rows(head, separator)), [])
    return Opened(path, shown, "delimited", {"": column_names(header)}, separator=separator, notes=notes)


def find_separator(head: str) -> str:
    r"""The separator that cuts the first rows of a text into equally many cells, and into the most.

    >>> find_separator('id;text\n1;"a, b, c"\n2;d, e\n'), find_separator("just a text")
    (';', ',')
    """

    def fit(separator: str) -> tuple[float, int]:
        rows = [cells for cells in _first_rows(head, separator) if cells]
        width = len(rows[0]) if rows else 1
        return (sum(len(cells) == width for cells in rows) / len(rows), width) if width > 1 else (0.0, 0)

    return max(SEPARATORS, key=fit)


def _first_rows(head: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        return list(islice(reader, HEADER_ROWS))
    except csv.Error:
        return []


def _elements(head: str, shown: str) -> tuple[Mapping[str, Any], ...]:
    """The first records of a JSON list, as far as its beginning holds them."""
    decoder, place, found = json.JSONDecoder(), head.index("[") + 1, list[Mapping[str, Any]]()
    try:
        while len(found) < SAMPLE:
            while head[place : place + 1] in (" ", "\t", "\r", "\n", ","):
                place += 1
            element, place = decoder.raw_decode(head, place)
            if isinstance(element, dict):
                found.append(element)
    except json.JSONDecodeError:
        # The list ends here, or the beginning that was read does; what is broken is told when it is read whole.
        pass
    if not found and head[place : place + 1] == "]":
        raise CaptureError(f"{shown}: an empty JSON list; expected records. Export the capture again.")
    return tuple(found)


def _object_or_lines(path: Path, shown: str, notes: tuple[str, ...], folder: Path) -> Opened:
    """JSON that starts with an object: a record a line, or one object with a list of records in it."""
    first, sample, lines = _first_lines(path)
    is_one = lines == 1 or not first
    whole = _whole_object(path) if is_one and path.stat().st_size < OBJECT_BELOW else None
    key = _wrapped(whole) if whole is not None else None
    if whole is not None and key is not None:
        unwrapped = folder / f"{path.name}.records"
        unwrapped.write_text(json.dumps(whole[key]), encoding="utf-8")
        records = tuple(record for record in whole[key] if isinstance(record, dict))
        return Opened(unwrapped, shown, "array", sample=records[:SAMPLE], notes=notes)
    if sample and (first or whole is None):
        return Opened(path, shown, "lines", sample=sample, notes=notes)
    found = f"one JSON object with {', '.join(map(repr, whole))}" if whole else "no JSON that can be read"
    raise CaptureError(
        f"{shown}: found {found}; expected records: one a line, or a list of them. Export the capture so."
    )


def _first_lines(path: Path) -> tuple[bool, tuple[Mapping[str, Any], ...], int]:
    """Whether the first line is a record, the first lines that are, and how many lines were looked at."""
    records: list[Mapping[str, Any]] = []
    first, tried = False, 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in islice(filter(str.strip, iter(lambda: file.readline(OBJECT_BELOW), "")), LINES_TRIED):
            tried += 1
            record = _record(line)
            first = first or (tried == 1 and record is not None)
            if record is not None and len(records) < SAMPLE:
                records.append(record)
    return first, tuple(records), tried


def _record(line: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _whole_object(path: Path) -> Mapping[str, Any] | None:
    return _record(path.read_text(encoding="utf-8", errors="replace"))


def _wrapped(whole: Mapping[str, Any]) -> str | None:
    """The key under which an object has its records: its only list of objects, if it is called so or stands alone."""
    lists = [key for key, value in whole.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
    is_wrapper = len(lists) == 1 and (lists[0] in WRAPPERS or len(whole) == 1)
    return lists[0] if is_wrapper else None


def _sheets(path: Path, shown: str) -> dict[str, tuple[str, ...]]:
    """The columns of each sheet that is not blank."""
    from python_calamine import CalamineError, load_workbook

    try:
        with load_workbook(path) as workbook:
            names = list(workbook.sheet_names)
        headers = {name: next(sheet_rows(path, name), None) for name in names}
    except CalamineError as error:
        raise CaptureError(
            f"{shown}: not readable as a workbook: {error}. If it has a password, save it without one; "
            "if it is broken, export it again."
        ) from error
    held = {name: column_names(header[1]) for name, header in headers.items() if header}
    if not held:
        raise CaptureError(f"{shown}: a workbook without a filled cell; expected a capture. Export it again.")
    return held


def _database_tables(path: Path, shown: str) -> dict[str, tuple[str, ...]]:
    named = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
    columns = "SELECT name FROM pragma_table_info(?)"
    try:
        with closing(connect_readonly(path)) as database:
            tables = [name for (name,) in database.execute(named)]
            held = {name: column_names([column for (column,) in database.execute(columns, [name])]) for name in tables}
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise CaptureError(f"{shown}: not readable as a SQLite database: {error}. Copy the file again.") from error
    if not held:
        raise CaptureError(f"{shown}: a SQLite database without tables; expected a capture. Copy the file again.")
    return held


def _parquet_tables(path: Path, shown: str) -> dict[str, tuple[str, ...]]:
    try:
        with connected() as db:
            found = db.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(str(path))})").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise CaptureError(
            f"{shown}: not readable as a Parquet file, cut off or broken. Copy or export it again."
        ) from error
    return {"": column_names([name for name, *_ in found])}
