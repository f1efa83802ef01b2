"""What of a study goes out to coding programs: its tables as they are canonical, cut down to what is exported."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import schema


@dataclass(frozen=True)
class Material:
    """What goes out: tables as they are canonical, `accounts` with their sides; files lie under `folder`."""

    title: str
    folder: Path
    posts: pd.DataFrame
    comments: pd.DataFrame
    screenshots: pd.DataFrame
    documents: pd.DataFrame
    codebook: pd.DataFrame
    accounts: pd.DataFrame
    codings: pd.DataFrame = field(default_factory=partial(schema.empty, "codings"))
    memos: pd.DataFrame = field(default_factory=partial(schema.empty, "memos"))
    cases: pd.DataFrame = field(default_factory=partial(schema.empty, "cases"))
    attributes: pd.DataFrame = field(default_factory=partial(schema.empty, "attributes"))


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, what is missing as None, whole numbers and times as Python's own."""
    columns = {str(name): _cells(table[name]) for name in table.columns}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _cells(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return [None if pd.isna(cell) else cell.to_pydatetime() for cell in column]
    return column.astype("object").where(column.notna(), None).tolist()
