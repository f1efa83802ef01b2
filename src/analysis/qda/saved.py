"""What a coding program saved in a SQLite database: its tables, only read from, and every problem told at once."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from analysis.database import named
from analysis.errors import CodingError
from analysis.sources.tabular import connect_readonly

SQLITE = b"SQLite format 3\0"
MEND = "Copy the file again while the program that wrote it is closed, or export it anew."
Row = Mapping[str, Any]


class Saved:
    """The tables of a database and the columns of each."""

    def __init__(self, database: sqlite3.Connection, shown: str) -> None:
        self._database, self.shown = database, shown
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        self.columns = {
            str(table): {str(name) for (name,) in database.execute("SELECT name FROM pragma_table_info(?)", [table])}
            for (table,) in tables
        }

    @property
    def application(self) -> int:
        """The number by which a program marks its databases; 0 where it does not."""
        return int(self._database.execute("PRAGMA application_id").fetchone()[0])

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table in the order in which they were written; none where there is no such table."""
        if table in self.columns:
            # What has no column gives None.
            found = self._database.execute(f"SELECT * FROM {named(table)} ORDER BY rowid")  # noqa: S608
            names = [name for name, *_ in found.description]
            yield from (dict(zip(names, row, strict=True)) for row in found)

    def count(self, table: str) -> int:
        """How many rows a table has; 0 where there is no such table."""
        if table not in self.columns:
            return 0
        return int(self._database.execute(f"SELECT count(*) FROM {named(table)}").fetchone()[0])  # noqa: S608

    def require(self, needed: Mapping[str, frozenset[str]], program: str) -> None:
        """Raise `CodingError` naming every table and column that is missing."""
        missing = [
            f"{self.shown}: table '{table}' is missing."
            if table not in self.columns
            else f"{self.shown}, table '{table}': column '{column}' is missing."
            for table, columns in needed.items()
            for column in (sorted(columns - self.columns[table]) if table in self.columns else [""])
        ]
        if missing:
            told = "\n".join(missing)
            raise CodingError(f"{told}\nExpected a project of {program}. Open it there, which mends old projects.")


@contextmanager
def opened(path: Path, shown: str) -> Iterator[Saved]:
    """A database that is only read from.

    Raises `CodingError` for a file that is missing, no SQLite database, cut off or broken, also while it is read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(SQLITE))
    except OSError as error:
        raise CodingError(f"{shown}: not readable: {error.strerror}. Check the path.") from error
    if start != SQLITE:
        raise CodingError(f"{shown}: no SQLite database; it begins with {start!r}. {MEND}")
    try:
        with closing(connect_readonly(path)) as database:
            database.text_factory = lambda text: text.decode("utf-8", errors="replace")
            found = [str(problem) for (problem,) in database.execute("PRAGMA quick_check(10)")]
            if found != ["ok"]:
                raise CodingError(f"{shown}: a broken database:\n" + "\n".join(found) + f"\n{MEND}")
            yield Saved(database, shown)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise CodingError(f"{shown}: a database that is cut off or broken: {error}. {MEND}") from error


def whole(value: object) -> int | None:
    """A whole number as a database holds it; None for what is none."""
    try:
        return int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        return None


def text(value: object) -> str:
    """A text as a database holds it, without spaces around it; empty where there is none."""
    return "" if value is None else str(value).strip()
