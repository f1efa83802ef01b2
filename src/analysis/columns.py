"""What a column is: the kind of its values, what a cell of each kind looks like, and how one becomes the other."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.errors import nearest

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "list", "integer", "number", "boolean", "date", "time"]

# What a filled cell of each kind looks like in a CSV file; [0-9], since \d takes full-width digits too.
# More digits than 18 do not fit into an integer of 64 bits.
PATTERNS: dict[Kind, str] = {
    "text": r"(?s).+",
    "list": r"\S+( \S+)*",
    "integer": r"-?[0-9]{1,18}",
    "number": r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?",
    "boolean": r"true|false",
    "date": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    "time": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z",
}
IDENTIFIER = r"(?s)\S(.*\S)?"

EXPECTED: dict[Kind, str] = {
    "text": "a text",
    "list": "words separated by single spaces",
    "integer": "a whole number of at most 18 digits",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date such as 2025-01-19",
    "time": "a time in UTC such as 2025-01-19T08:30:00Z",
}


@dataclass(frozen=True)
class Column:
    """A column: what kind of value it holds and what that value means."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = False
    among: tuple[str, ...] = ()
    refers_to: str = ""
    is_key: bool = False
    # Files that were written before this column came do not have it.
    is_later: bool = False
    # A time of which a plain date says enough; it is taken for the day's beginning.
    may_be_date: bool = False

    @property
    def pattern(self) -> str:
        """What a filled cell looks like, as a regular expression."""
        if self.among:
            return "|".join(map(re.escape, self.among))
        if self.may_be_date:
            return f"{PATTERNS['date']}|{PATTERNS['time']}"
        return IDENTIFIER if self._is_identifier else PATTERNS[self.kind]

    @property
    def expected(self) -> str:
        """What a filled cell looks like, in words."""
        if self.among:
            return f"one of {', '.join(self.among)}"
        if self.may_be_date:
            return f"{EXPECTED['date']}, or {EXPECTED['time']}"
        return "a text without spaces at its ends" if self._is_identifier else EXPECTED[self.kind]

    @property
    def _is_identifier(self) -> bool:
        """Whether a space at an end would make it another identifier, unseen."""
        return self.kind == "text" and (self.is_key or self.refers_to != "")


@dataclass(frozen=True)
class Table:
    """A canonical table: what one row is, which columns identify it, and all its columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> list[str]:
        """The columns' names, in the order in which they are written."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def text(name: str, meaning: str, **more: object) -> Column:
    """A column of text."""
    return Column(name, "text", meaning, **more)  # type: ignore[arg-type]


def key(name: str, meaning: str) -> Column:
    """A column of identifiers that every row fills."""
    return Column(name, "text", meaning, required=True, is_key=True)


def counts(name: str, what: str) -> tuple[Column, Column]:
    """The two columns of a count: the number, and what the capture showed."""
    number = Column(name, "integer", f"how many {what}; from the captured text", unit=what)
    shown = Column(f"{name}_captured", "text", f"the number of {what} as the capture shows it, e.g. 1.7万 or 10+")
    return number, shown


def all_fit(values: Collection[str], column: Column) -> bool:
    """Whether all of some values are of the column's kind; `fits` says which are not."""
    if column.pattern == PATTERNS["text"]:
        return "" not in values
    fitting = re.compile(column.pattern).fullmatch
    if column.kind not in ("date", "time"):
        return all(map(fitting, values))

    import pandas as pd

    # Only what looks like a time can be asked of the calendar.
    return all(map(fitting, values)) and bool(fits(pd.Series(sorted(values), dtype="str"), column=column).all())


def fits(cells: pd.Series, *, column: Column) -> pd.Series:
    """Whether each filled cell is of the column's kind, or one of its choices."""
    import pandas as pd

    if column.pattern == PATTERNS["text"]:
        return cells.astype("str").str.len() > 0
    fitting = cells.astype("str").str.fullmatch(column.pattern).astype(bool)
    if column.kind in ("date", "time"):
        # A calendar knows what a pattern cannot: there is no 31 February.
        fitting &= pd.to_datetime(cells.where(fitting), errors="coerce", utc=True, format="ISO8601").notna()
    return fitting


def problem(column: Column, cell: object) -> str:
    """Say what was found in a cell and what was expected."""
    if not isinstance(cell, str):
        return f"'{column.name}' is empty; expected {EXPECTED[column.kind]}."
    return f"'{column.name}' is '{cell}'; expected {column.expected}.{nearest(cell, column.among)}"


def as_values(cells: pd.Series, kind: Kind) -> pd.Series:
    """Turn checked texts into values of their kind; missing stays missing."""
    import pandas as pd

    if kind == "integer":
        return pd.to_numeric(cells).astype("Int64")
    if kind == "number":
        return pd.to_numeric(cells).astype("float64")
    if kind == "boolean":
        return cells.map({"true": True, "false": False}).astype("boolean")
    if kind in ("date", "time"):
        return pd.to_datetime(cells, utc=kind == "time", format="ISO8601").dt.as_unit("s")
    return cells.astype("str")


def as_texts(cells: pd.Series, kind: Kind) -> pd.Series:
    """Turn values into the texts that stand in a file; missing stays missing."""
    if kind == "boolean":
        return cells.map({True: "true", False: "false"}, na_action="ignore").astype("str")
    # A column without a single time may be of any kind.
    if kind in ("date", "time") and cells.notna().any():
        # Many rows share a time, and to write one takes long.
        values = cells.drop_duplicates()
        told = values.dt.strftime("%Y-%m-%d" if kind == "date" else "%Y-%m-%dT%H:%M:%SZ").astype("str")
        return cells.map(dict(zip(values, told, strict=True)), na_action="ignore").astype("str")
    return cells.astype("str").where(cells.notna())


SIDES = ("newcomer", "host")
SOURCE = text("source", "which capture or generator the row comes from", required=True)
