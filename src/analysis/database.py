"""The engine in which captures are read, merged and counted without standing in memory whole: DuckDB.

Nothing outside `sources/`, the import, the door to tables and the selection of posts knows that it is there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


MEMORY = "1GB"
# Each may also come without a sign, as UTINYINT does.
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
# Its name alone: neither library is loaded before it is needed.
Connection: TypeAlias = "duckdb.DuckDBPyConnection"


@contextmanager
def connected(scratch: Path | None = None) -> Iterator[Connection]:
    """A database of its own in bounded memory; what does not fit goes to the scratch folder."""
    import duckdb

    # Left to itself, the database would make a folder in the working folder.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": str(scratch or tempfile.gettempdir()),
    }
    with duckdb.connect(":memory:", config=settings) as db:
        # A machine without a network must read what one with a network reads.
        db.execute(
            "SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false"
        )
        # It would make a join of every IN, for which the patterns of masking are then prepared some ten times over.
        db.execute("SET disabled_optimizers = 'in_clause'")
        yield db


def frame(db: Connection, query: str) -> pd.DataFrame:
    """The result of a query as a table: texts as `str`, whole numbers as `Int64`, times in UTC to the second."""
    import pandas as pd

    kinds = {name: str(kind) for name, kind, *_ in db.execute(f"DESCRIBE {query}").fetchall()}
    # A time with a zone asks Python for a library of zones; here every time is in UTC.
    shown = ", ".join(
        named(name) + ("::TIMESTAMP" if kind.startswith("TIMESTAMP") else "") for name, kind in kinds.items()
    )
    cells = db.execute(f"SELECT {shown} FROM ({query})").fetchall()  # noqa: S608
    return pd.DataFrame(
        {name: _column([row[place] for row in cells], kind) for place, (name, kind) in enumerate(kinds.items())}
    )


def quoted(text: str) -> str:
    """A text as SQL writes it.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def named(column: str) -> str:
    """A column's name as SQL writes it.

    >>> named('点"赞')
    '"点""赞"'
    """
    return '"' + column.replace('"', '""') + '"'


def _column(cells: list[object], kind: str) -> pd.Series:
    import pandas as pd

    if kind.removeprefix("U") in WHOLE:
        return pd.Series(cells, dtype="Int64")
    if kind.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        return pd.Series(cells, dtype="float64")
    if kind.startswith("TIMESTAMP"):
        return pd.to_datetime(pd.Series(cells, dtype="object"), utc=True).dt.as_unit("s")
    if kind == "BOOLEAN":
        return pd.Series(cells, dtype="boolean")
    return pd.Series(cells, dtype="str")
