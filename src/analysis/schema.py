"""The canonical tables: their columns, what each means, and the check that every table passes.

One list of columns serves the reader, the writer, the check and `datapackage.json`. Identifiers are text.
Times are UTC. A value that the capture lacks is missing, never 0 and never an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from analysis import columns
from analysis.canonical import captured, coded, published
from analysis.columns import Column, Table, all_fit, as_texts, as_values, fits, problem
from analysis.errors import TableError, nearest

if TYPE_CHECKING:
    import pandas as pd

# What may stand between codes in a cell: people write lists with semicolons and commas, too.
BETWEEN = re.compile(r"[\s;,；，]+")
# What the rows of a table are worth as evidence.
Origin = Literal["published", "stand-in", "captured"]
ORIGINS: tuple[Origin, ...] = ("published", "stand-in", "captured")

SIDES, MEASURES, CLAIM_KINDS = columns.SIDES, captured.MEASURES, published.CLAIM_KINDS

TABLES: dict[str, Table] = {
    table.name: table
    for kind in (captured, coded, published)
    for table in vars(kind).values()
    if isinstance(table, Table)
}


def empty(name: str) -> pd.DataFrame:
    """A table of that name without rows, its columns typed."""
    import pandas as pd

    return typed(pd.DataFrame(columns=TABLES[name].column_names, dtype="str"), name)


def check(table: pd.DataFrame, name: str, *, where: str, lines: Callable[[], list[int]] | None = None) -> None:
    """Check a table of texts, gather every problem, and raise once.

    `where` is the file as the user knows it, `lines` gives the line of each row in it, when there is a problem.
    Raises `TableError` that names each missing, unknown or doubled column, each cell of the wrong kind and
    each identifier that stands twice.
    """
    problems = _columns_that_differ(table, name)
    if not problems and not _is_in_order(table, name):
        rows = lines() if lines else list(range(2, len(table) + 2))
        problems = [*_cells_that_do_not_fit(table, name, rows), *_keys_that_repeat(table, name, rows)]
    if problems:
        told = "\n".join(f"{where}{problem}" for problem in problems)
        raise TableError(f"{told}\nCorrect {where}, then run the same command again.")


def with_later(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table of texts with the columns that came after its file was written; they are missing in every row."""
    import pandas as pd

    later = [column.name for column in TABLES[name].columns if column.is_later and column.name not in table]
    return table.assign(**{column: pd.Series(pd.NA, index=table.index, dtype="str") for column in later})


def typed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Turn a checked table of texts into its types; columns in canonical order."""
    import pandas as pd

    return pd.DataFrame(
        {column.name: as_values(table[column.name], column.kind) for column in TABLES[name].columns},
        index=table.index,
    )


def as_text(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Turn a typed table into the texts that stand in a file; missing stays missing."""
    import pandas as pd

    known = TABLES[name]
    columns = {
        column: as_texts(table[column], known.column(column).kind) if column in known.column_names else table[column]
        for column in table.columns
    }
    return pd.DataFrame(columns, index=table.index)


def words(cell: object) -> list[str]:
    """The parts of a list cell; none when it is missing."""
    return cell.split() if isinstance(cell, str) else []


def codes_in(cell: object) -> tuple[str, ...]:
    """The codes that a cell of successors names.

    >>> codes_in("asks-how asks-why"), codes_in("asks-how; asks-why"), codes_in(None)
    (('asks-how', 'asks-why'), ('asks-how', 'asks-why'), ())
    """
    return tuple(filter(None, BETWEEN.split(cell))) if isinstance(cell, str) else ()


def _columns_that_differ(table: pd.DataFrame, name: str) -> list[str]:
    known = TABLES[name].column_names
    missing = [column for column in known if column not in table.columns]
    unknown = [column for column in table.columns if column not in known]
    doubled = sorted(set(table.columns[table.columns.duplicated()]))
    found = f" Found: {', '.join(map(str, table.columns))}." if missing else ""
    return (
        [f": column '{column}' is missing.{nearest(column, unknown)}{found}" for column in missing]
        + [f": column '{column}' is not a column of {name}.{nearest(str(column), known)}" for column in unknown]
        + [f": column '{column}' stands twice." for column in doubled]
    )


def _cells_that_do_not_fit(table: pd.DataFrame, name: str, lines: list[int]) -> list[str]:
    """Every cell that is empty where it must not be, or not of its column's kind."""
    # Pandera takes longer to load than the other steps take to run: only a table with problems needs it.
    import pandera.pandas as pandera

    rules = pandera.DataFrameSchema(
        {
            column.name: pandera.Column(
                checks=pandera.Check(partial(fits, column=column)), nullable=not column.required
            )
            for column in TABLES[name].columns
        }
    )
    try:
        rules.validate(table.reset_index(drop=True), lazy=True)
    except pandera.errors.SchemaErrors as failure:
        cases = failure.failure_cases.dropna(subset=["index"]).sort_values(["index", "column"], kind="stable")
        return [
            f", line {lines[int(case['index'])]}: {problem(TABLES[name].column(case['column']), case['failure_case'])}"
            for case in cases.to_dict("records")
        ]
    return []


def _is_in_order(table: pd.DataFrame, name: str) -> bool:
    """Whether every cell is as it must be, and no identifier stands twice."""
    known = TABLES[name]
    return (
        all(_are_in_order(table[column.name], column) for column in known.columns)
        and not table.duplicated(list(known.key)).any()
    )


def _are_in_order(cells: pd.Series, column: Column) -> bool:
    """Whether every cell of a column is as it must be; each value is looked at once."""
    values = set(cells.tolist())
    filled = {value for value in values if isinstance(value, str)}
    return not (column.required and filled != values) and all_fit(filled, column)


def _keys_that_repeat(table: pd.DataFrame, name: str, lines: list[int]) -> list[str]:
    key_columns = list(TABLES[name].key)
    first: dict[tuple[object, ...], int] = {}
    problems = []
    for identifier, line in zip(table[key_columns].itertuples(index=False, name=None), lines, strict=True):
        if identifier in first:
            shown = " / ".join(map(str, identifier))
            problems.append(
                f", line {line}: {' / '.join(key_columns)} '{shown}' stands already in line {first[identifier]}."
            )
        else:
            first[identifier] = line
    return problems
