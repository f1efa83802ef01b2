"""NVivo's coding matrix: codes by cases or files, how often each code was given to each, and by nobody in particular.

Rows are numbered (`1 : Humour`), columns lettered (`A : Interview`), in any order; what has only noughts may be left
out. A cell says how often and not where, so a code is taken to be given once to the whole unit where there is any.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from analysis.qda.coding_parts import Parts, is_rounded
from analysis.qda.coding_rows import A_NUMBER
from analysis.qda.grids import Grid, grids_in, refuse
from analysis.qda.project import Candidate, Coding, CodingReader, Project, Told

ROW, COLUMN = re.compile(r"\d+\s*[:：]\s*"), re.compile(r"[A-Z]+\s*[:：]\s*")
TOTALS = ("total", "totals", "sum", "gesamt", "suma", "总计", "合計")
NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*%?")
DURATION = re.compile(r"\d+(?::\d\d){1,2}(?:[.,]\d+)?")
# How programs and platforms call what is coded, and people do not call what they give to it.
UNIT_LIKE = re.compile(
    r"(?:Files|Internals|Externals|Cases|Sources)\\.*|.*\.[A-Za-z]{2,4}\d?|"
    r"[0-9a-f]{16,}|.*\d{5,}.*|[A-Za-z]{0,3}[-_ ]?\d+"
)
# A column that adds up the cases of one kind.
OF_AN_ATTRIBUTE = re.compile(r".+ = .+")
FOLDER = re.compile(r"(?:Files|Internals|Externals|Cases|Sources)\\+")
MEND = "Export the matrix from NVivo again, codes by cases or codes by files, or import the project as .qdpx."
ONCE = "a matrix says how often and not where; wherever it is not 0, the code is taken as given once to the whole unit"
OFTEN = "how often a code was given to a unit, and to what in it"
AMOUNT = "a share or duration and no count; any above 0 is taken as given"
AS_USUAL = "names do not show which are the units: columns are taken for units and rows for codes, as is usual"
TURNED = "rows are taken for units and columns for codes, by their names"
ALIKE = "two rows or columns are called alike; they are taken for one"
AN_ATTRIBUTE = "a column or row that adds up all units of one attribute's value"


def recognises(candidate: Candidate) -> bool:
    """Whether any table of a file is a coding matrix: by a blank corner and by numbered and lettered names."""
    opened = candidate.opened
    return opened is not None and any(is_coding_matrix(grid) for grid in grids_in(opened, _no_header, is_glance=True))


def is_coding_matrix(grid: Grid) -> bool:
    """Whether a table is a coding matrix."""
    if not grid.rows and grid.header:
        # Without anything in the first column a workbook does not give it.
        return all(map(COLUMN.match, grid.header))
    if not grid.header or grid.header[0] != "column 1":
        return False
    columns = [name for name in grid.header[1:] if not is_total(name)]
    rows = [cells[0].strip() for _, cells in grid.rows if not is_total(cells[0])]
    lettered = bool(columns) and all(COLUMN.match(name) for name in columns)
    return lettered and any(map(ROW.match, rows))


def is_total(name: str) -> bool:
    """Whether a row or column adds up the others."""
    return name.strip().casefold() in TOTALS


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:  # noqa: ARG001
    """A project with a coding for each cell that is not nought. Raises `CodingError` with all that is wrong."""
    if candidate.opened is None:
        raise AssertionError(candidate)
    parts, grids = Parts(), grids_in(candidate.opened, _no_header)
    for grid in grids:
        if is_coding_matrix(grid):
            _Matrix(grid, told, parts).read()
        else:
            for _ in grid.rows:
                parts.account.lose(f"a row of sheet '{grid.sheet}', which is no matrix")
    refuse([problem for grid in grids for problem in grid.problems], MEND)
    return parts.into(Project(Path(candidate.shown).stem, "NVivo, coding matrix"))


def _no_header(_: Sequence[str]) -> bool:
    """The names of a matrix stand at its top."""
    return False


class _Matrix:
    """Reads one matrix."""

    def __init__(self, grid: Grid, told: Told, parts: Parts) -> None:
        self._grid, self._told, self._parts = grid, told, parts
        self._columns = {
            place: COLUMN.sub("", name, count=1).strip()
            for place, name in enumerate(grid.header)
            if place and not is_total(name)
        }
        self._rows = [
            (line, ROW.sub("", cells[0].strip(), count=1).strip(), cells)
            for line, cells in grid.rows
            if not is_total(cells[0])
        ]

    def read(self) -> None:
        """Read all cells; what is wrong with one is noted in the grid."""
        rows = [name for _, name, _ in self._rows]
        self._check_names(rows)
        is_turned = self._is_turned(rows, list(self._columns.values()))
        for line, row, cells in self._rows:
            for place, column in self._columns.items():
                unit, code = (row, column) if is_turned else (column, row)
                self._read_cell(unit, code, self._amount(cells[place].strip(), line, place), (line, place))

    def _check_names(self, rows: Sequence[str]) -> None:
        """Note names that are missing or no longer what they were, and a matrix that tells of no units."""
        grid, columns = self._grid, self._columns
        if not rows or not columns:
            grid.note(grid.header_line, "a matrix without rows or without columns.")
        for line, name, _ in self._rows:
            self._check_name(name, "row", line, 0)
        for place, name in columns.items():
            self._check_name(name, "column", grid.header_line, place)
        if rows and set(rows) == set(columns.values()):
            told = "rows and columns have the same names: which codes stand together, not which units have them."
            grid.note(grid.header_line, told)
        for names in (rows, list(columns.values())):
            for name in sorted({name for name in names if names.count(name) > 1}):
                self._parts.account.mend(ALIKE, f"'{name}'")

    def _check_name(self, name: str, what: str, line: int, place: int) -> None:
        if not name:
            self._grid.note(line, f"a {what} without a name.", place)
        elif is_rounded(name):
            self._grid.note(line, A_NUMBER.format(name), place)

    def _is_turned(self, rows: Sequence[str], columns: Sequence[str]) -> bool:
        """Whether rows are the units, by how units and codes are usually called."""
        of_rows, of_columns = _share_of_units(rows), _share_of_units(columns)
        if of_rows == of_columns:
            self._parts.account.mend(AS_USUAL, "all cells")
        elif of_rows > of_columns:
            self._parts.account.mend(TURNED, "all cells")
        return of_rows > of_columns

    def _read_cell(self, unit: str, code: str, amount: float | None, at: tuple[int, int]) -> None:
        account, where = self._parts.account, self._grid.place(*at)
        if OF_AN_ATTRIBUTE.fullmatch(unit):
            account.lose(AN_ATTRIBUTE, unit)
            return
        source, given = self._parts.unit(FOLDER.sub("", unit)), self._parts.code(code)
        if amount:
            account.mend(ONCE, where)
            if amount > 1:
                account.lose(OFTEN, f"'{code}' {amount:g} times in '{unit}'")
            self._parts.add(Coding("", source, given, self._told.coder, round=self._told.round, where=where))

    def _amount(self, cell: str, line: int, place: int) -> float | None:
        """How much a cell says; what is neither a number nor a duration is noted."""
        if not cell:
            return None
        if DURATION.fullmatch(cell):
            self._parts.account.mend(AMOUNT, self._grid.place(line, place))
            return float(any(digit in "123456789" for digit in cell))
        found = NUMBER.fullmatch(cell)
        if not found:
            self._grid.note(line, f"'{cell}'; expected how often the code was given, 0 or more.", place)
            return None
        amount = float(found[1].replace(",", "."))
        if "%" in cell or amount != int(amount):
            self._parts.account.mend(AMOUNT, self._grid.place(line, place))
            return float(amount > 0)
        return amount


def _share_of_units(names: Sequence[str]) -> float:
    """The share of names that look like those of units."""
    return sum(bool(UNIT_LIKE.fullmatch(name)) for name in names) / len(names) if names else 0.0


READER = CodingReader("nvivo-matrix", "NVivo coding matrix: Excel or CSV", recognises, read)
