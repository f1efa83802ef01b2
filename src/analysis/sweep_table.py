"""The table of a sweep: on each row a study, and values for some of its parameters; all its problems at once.

A column is called as the parameter is in study.yml; `study` names the study of a row, and `name` the row. An empty
cell stands for what the study has decided itself.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from analysis import notebooks
from analysis.errors import CompendiumError, ParameterError, TableError, nearest
from analysis.run_folder import digest
from analysis.settings import DECISIONS, value_problems
from analysis.steps import steps
from analysis.study import Study, open_study

STUDY, NAME = "study", "name"
# A row's name is a folder's name, too.
NAMEABLE = re.compile(r"\w[\w .,=+-]{0,79}(?<![ .])")
PLACES = {"delimited": "line", "lines": "line", "workbook": "row"}
AGAIN = "Correct the table, then run the same command again."
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """A row of the table: its name, its study, what it gives, and what each parameter is in the end."""

    name: str
    study: str
    given: Mapping[str, Any]
    decided: Mapping[str, Any]
    where: str


@dataclass(frozen=True)
class SweepTable:
    """The rows that are to be run, the parameters that have a column, and which rows were asked for twice."""

    rows: list[Row]
    parameters: list[str]
    merged: list[str]


def read_sweep(path: Path, root: Path, study: str = "") -> SweepTable:
    """Read the table of a sweep, in any format that captures come in; `study` is that of rows that name none.

    Raises `CaptureError` when the file is not readable, `TableError` with every problem of its columns and cells.
    """
    columns, read = _rows_of(path)
    parameters = [column for column in columns if column not in (STUDY, NAME)]
    reading = _Reading(root, study, _taken(root), parameters)
    problems = [f"{path}: {told}" for name in parameters for told in reading.column_problems(name)]
    if not read:
        problems.append(f"{path}: not a single row; expected one for each run, under the names of the parameters.")
    rows = [row for where, cells in read if (row := reading.row(where, cells))]
    distinct, merged = _merged(rows)
    problems += [*reading.problems, *_doubled_names(distinct)]
    if problems:
        raise TableError("\n".join([*problems, AGAIN]))
    return SweepTable(distinct, parameters, merged)


def _rows_of(path: Path) -> tuple[list[str], list[tuple[str, Cells]]]:
    """The columns of a file, and for each row where it stands and its cells that are not empty."""
    from analysis.database import connected
    from analysis.sources import opening, rows

    with tempfile.TemporaryDirectory() as scratch, opening.opened(path, Path(scratch)) as found, connected() as db:
        tables = [(opened, table) for opened in found for table in opened.tables or [""]]
        if len(tables) != 1:
            raise TableError(f"{path}: {len(tables)} sheets or tables; expected one. Put it into a file of its own.")
        opened, table = tables[0]
        result = db.execute(f"SELECT * FROM {rows.rows(db, opened, table)} ORDER BY line")  # noqa: S608
        names = [column[0].strip() for column in result.description or []][2:]
        read = result.fetchall()
    place = PLACES.get(opened.shape, "record")
    wrong = [f"{path}, {place} {line}: not readable as a row." for line, unreadable, *_ in read if unreadable]
    if wrong:
        raise TableError("\n".join([*wrong, AGAIN]))
    return names, [(f"{path}, {place} {line}", _filled(names, cells)) for line, _, *cells in read]


def _filled(names: Iterable[str], cells: Iterable[str | None]) -> Cells:
    return {name: cell.strip() for name, cell in zip(names, cells, strict=True) if cell and cell.strip()}


def _taken(root: Path) -> dict[str, type]:
    """The parameters that some notebook takes, and their types."""
    taken = {name: kind for step in steps(root) for name, kind in step.parameters.items()}
    return {name: kind for name, kind in taken.items() if name != STUDY}


@dataclass
class _Reading:
    """What is known while the rows are read, and what was found to be wrong."""

    root: Path
    study: str
    taken: Mapping[str, type]
    parameters: list[str]
    problems: list[str] = field(default_factory=list)
    studies: dict[str, Study] = field(default_factory=dict)

    def column_problems(self, name: str) -> list[str]:
        """What is wrong with a column's name."""
        if name in self.taken:
            return []
        if name in DECISIONS:
            return [f"column '{name}': no notebook takes this decision as a parameter. Leave the column out."]
        there = ", ".join([STUDY, NAME, *sorted(self.taken)])
        return [f"column '{name}' is no parameter.{nearest(name, (*self.taken, STUDY, NAME))} There are: {there}."]

    def row(self, where: str, cells: Cells) -> Row | None:
        """A row; none, and its problems noted, where it is wrong."""
        before = len(self.problems)
        study = self._opened(where, cells.get(STUDY, self.study))
        given = {name: self._value(where, name, cells[name]) for name in self._columns() if name in cells}
        name = cells.get(NAME) or _name_of(given, cells.get(STUDY, ""))
        if not NAMEABLE.fullmatch(name):
            told = "expected a folder's name, of up to 80 letters, digits, spaces and . , = + - within"
            self.problems.append(f"{where}, {NAME}: found '{name}'; {told}.")
        if study is None or len(self.problems) > before:
            return None
        return Row(name, study.name, given, self._decided(study, given), where)

    def _decided(self, study: Study, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: study.decide(name, given.get(name)) if name in DECISIONS else given.get(name)
            for name in self._columns()
        }

    def _columns(self) -> list[str]:
        return [name for name in self.parameters if name in self.taken]

    def _opened(self, where: str, name: str) -> Study | None:
        if not name:
            told = "there is none. Name it here, or one for all rows: compendium sweep NAME --over FILE"
            self.problems.append(f"{where}, {STUDY}: {told}")
            return None
        try:
            if name not in self.studies:
                self.studies[name] = open_study(name, self.root)
        except CompendiumError as error:
            self.problems.append(f"{where}, {STUDY}: {error}")
        return self.studies.get(name)

    def _value(self, where: str, name: str, cell: str) -> Any:
        """A cell as the value of a parameter; its problems are noted."""
        try:
            value = _as_given(cell, self.taken[name])
        except yaml.YAMLError:
            self.problems.append(f"{where}, {name}: '{cell}' cannot be read. Write it as in study.yml, on one line.")
            return None
        if name in DECISIONS:
            self.problems += [f"{where}, {name}: {told}" for told in value_problems(name, value)]
            return value
        try:
            notebooks.check_parameters({name: value}, self.taken, where=where)
        except ParameterError as error:
            self.problems.append(str(error))
        return value


def _as_given(cell: str, kind: type) -> Any:
    """A cell read as in study.yml.

    >>> _as_given("30", int), _as_given("1e-3", float), _as_given("half", float), _as_given("[a, b]", list)
    (30, 0.001, 'half', ['a', 'b'])
    """
    if kind is str:
        return cell
    for number in (int, float) if kind in (int, float) else ():
        try:
            return number(cell)
        except ValueError:
            continue
    return yaml.safe_load(cell)


def _name_of(given: Mapping[str, Any], study: str) -> str:
    """What a row is called that has no name: after what it gives, which does not change when rows are added.

    >>> _name_of({"min_comments": 30, "token_unit": "word"}, ""), _name_of({}, "")
    ('min_comments=30,token_unit=word', 'as decided')
    """
    told = {STUDY: study, **given} if study else given
    name = ",".join(f"{name}={value}" for name, value in told.items()) or "as decided"
    return name if NAMEABLE.fullmatch(name) else f"row {digest(json.dumps(told, sort_keys=True, default=str))[:8]}"


def _merged(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """The rows that differ in what they ask for, and what is said of the others."""
    first: dict[str, Row] = {}
    merged = []
    for row in rows:
        other = first.setdefault(json.dumps([row.study, row.decided], sort_keys=True, default=str), row)
        if other is not row:
            merged.append(f"{row.where}: asks for the same as {_place(other)}; run once, as '{other.name}'.")
    return list(first.values()), merged


def _doubled_names(rows: list[Row]) -> list[str]:
    """Names that are alike, which they are on some disks without regard to capitals."""
    first: dict[str, Row] = {}
    doubled = [row for row in rows if first.setdefault(row.name.casefold(), row) is not row]
    return [
        f"{row.where}, {NAME}: '{row.name}' is the name of {_place(first[row.name.casefold()])}, too, which asks for "
        "something else. Give each a name of its own."
        for row in doubled
    ]


def _place(row: Row) -> str:
    return row.where.rpartition(", ")[2]
