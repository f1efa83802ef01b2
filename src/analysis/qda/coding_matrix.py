"""Codings as a matrix: a row for each unit that was read, a column for each code, 1 where it was given, 0 where not."""

from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.qda.coding_parts import Parts, is_rounded
from analysis.qda.coding_rows import A_NUMBER, NO_UNIT
from analysis.qda.grids import Grid
from analysis.qda.project import Coding, Told
from analysis.qda.usual_columns import is_of_captures, marks, may_say, of_codings

# What a column of a matrix may be beside a code, whatever is in it.
NO_CODES = ("unit", "coder", "round")
# What it may be as long as its cells are no marks.
PERHAPS_NO_CODES = ("unit_perhaps", "coder_perhaps", "memo", "quote", "time", "beside")
# What an identifier is called in tables of any kind.
ANY_IDENTIFIER = ("id", "column1", "identifier", "case", "fall", "caso", "编号", "序号")
BLANK_ROW = "a row without a mark: its unit is taken for one that was not read, and left out"
BLANK_CELL = "a blank cell in a row with marks: the code is taken as not given"
MARKED_AT_LEAST = 0.8
LIKELY_AT_LEAST = 0.5


class Matrix:
    """Reads one matrix."""

    def __init__(self, grid: Grid, told: Told, parts: Parts) -> None:
        self._grid, self._told, self._parts = grid, told, parts
        self.unit = unit_column(grid)
        self._of = of_codings(grid.header)
        self.codes = list(code_columns(grid, self.unit))
        self._memo = self._of.get("memo") if self._of.get("memo") not in self.codes else None

    def read(self) -> None:
        """Read all rows; what is wrong with one is noted in the grid."""
        self._check_header()
        self._check_second_header()
        self._check_columns()
        read = (self.unit, self._memo, self._of.get("coder"), self._of.get("round"), *self.codes)
        self._parts.lose(self._grid, {place for place in read if place is not None})
        for place in self.codes:
            self._parts.code(self._grid.header[place].strip())
        seen: dict[tuple[str, str | None, int | None], int] = {}
        for line, cells in self._grid.rows:
            if any(cell.strip() for cell in cells):
                self._read_row(line, cells, seen)

    def _check_header(self) -> None:
        """Note codes that are called alike, or not at all."""
        line, header = self._grid.header_line, self._grid.header
        if not self.codes:
            found = ", ".join(f"'{name}'" for name in header)
            self._grid.note(line, f"no column of codes. Found: {found}. Expected a column for each code.")
        for name, count in Counter(header[place].strip().casefold() for place in self.codes).items():
            if count > 1:
                self._grid.note(line, f"{count} columns are called '{name}'; expected a name of its own for each code.")

    def _check_second_header(self) -> None:
        """Note a second row of names, and leave it out."""
        if self._grid.rows:
            line, cells = self._grid.rows[0]
            filled = [cells[place].strip() for place in self.codes if cells[place].strip()]
            if filled and not cells[self.unit].strip() and not any(cell.casefold() in marks() for cell in filled):
                told = ", ".join(f"'{_short(cell)}'" for cell in filled[:3])
                self._grid.note(line, f"a second row of names ({told}); expected one. Undo merged cells, join the two.")
                del self._grid.rows[0]

    def _check_columns(self) -> None:
        """Note columns that hold no mark at all, once each; they are then left alone."""
        for place in list(self.codes):
            filled = [(line, cells[place].strip()) for line, cells in self._grid.rows if cells[place].strip()]
            if len(filled) > 1 and not any(cell.casefold() in marks() for _, cell in filled):
                line, cell = filled[0]
                name = self._grid.header[place]
                told = f"none of the {len(filled):,} cells of '{name}' is 0 or 1; this is '{_short(cell)}'."
                self._grid.note(
                    line, f"{told} If it is no code, call the column 'text' or 'note', or delete it.", place
                )
                self.codes.remove(place)
            elif filled and self._is_nameless(place):
                told = "marks in a column without a name. Write the code's name above them; undo merged cells."
                self._grid.note(filled[0][0], told, place)

    def _is_nameless(self, place: int) -> bool:
        return self._grid.header[place] == f"column {place + 1}"

    def _read_row(self, line: int, cells: list[str], seen: dict[tuple[str, str | None, int | None], int]) -> None:
        unit, coder, number = cells[self.unit].strip(), self._coder(line, cells), self._round(line, cells)
        given = {place: self._mark(line, cells[place], place) for place in self.codes}
        if not unit:
            self._grid.note(line, NO_UNIT, self.unit)
        elif is_rounded(unit):
            self._grid.note(line, A_NUMBER.format(unit), self.unit)
        elif (unit, coder, number) in seen:
            first = f"{self._grid.unit} {seen[unit, coder, number]}"
            told = f"unit '{unit}' stands twice for the same coder and round, first in {first}; expected one row."
            self._grid.note(line, f"{told} Join the two, or tell coders or rounds apart in columns 'coder', 'round'.")
        else:
            seen[unit, coder, number] = line
            self._take(line, given, (unit, coder, number), cells)

    def _take(
        self, line: int, given: dict[int, bool | None], key: tuple[str, str | None, int | None], cells: list[str]
    ) -> None:
        """Take a row's marks as codings, and the row as a reading."""
        unit, coder, number = key
        where, account = self._grid.place(line), self._parts.account
        if all(mark is None for mark in given.values()):
            account.mend(BLANK_ROW, where)
            return
        guid = self._parts.unit(unit)
        self._parts.read(coder, unit, number)
        if None in given.values() and False in given.values():
            account.mend(BLANK_CELL, where)
        memo = cells[self._memo].strip() or None if self._memo is not None else None
        for place, mark in given.items():
            if mark:
                code = self._parts.code(self._grid.header[place].strip())
                coding = Coding("", guid, code, coder, memo=memo, round=number, where=self._grid.place(line, place))
                self._parts.add(coding)

    def _mark(self, line: int, cell: str, place: int) -> bool | None:
        """What a cell says; a cell that is no mark is noted."""
        found = cell.strip().casefold()
        if found not in marks():
            told = f"'{_short(cell)}'; expected 1 where the code was given, and 0 where it was not."
            self._grid.note(line, f"{told} A count or a degree has no place here: write 1 for any.", place)
        return marks().get(found)

    def _coder(self, line: int, cells: list[str]) -> str | None:
        if "coder" not in self._of:
            return self._told.coder
        coder = cells[self._of["coder"]].strip() or self._told.coder
        if not coder:
            told = "no coder. Write who coded into every row, or name the coder with --coder."
            self._grid.note(line, told, self._of["coder"])
        return coder

    def _round(self, line: int, cells: list[str]) -> int | None:
        cell = cells[self._of["round"]].strip() if "round" in self._of else ""
        if not cell:
            return self._told.round
        found = cell.removesuffix(".0")
        if not found.isdecimal() or int(found) < 1:
            self._grid.note(line, f"round '{cell}'; expected a whole number from 1.", self._of["round"])
            return None
        return int(found)


def unit_column(grid: Grid) -> int:
    """The column that names units: one that is called so, else the first."""
    return of_codings(grid.header).get("unit", 0)


def code_columns(grid: Grid, unit: int) -> Iterator[int]:
    """The columns that are codes: all but those that are usually something else and hold no marks."""
    of = of_codings(grid.header)
    named = {of[each] for each in NO_CODES if each in of} | {unit}
    for place, name in enumerate(grid.header):
        cells = [cells[place].strip() for _, cells in grid.rows]
        filled = [cell for cell in cells if cell]
        is_nothing = not filled and name == f"column {place + 1}"
        is_other = may_say(name, *PERHAPS_NO_CODES) and not (filled and all(cell in ("0", "1") for cell in filled))
        if place not in named and not is_nothing and not is_other:
            yield place


def is_matrix(grid: Grid) -> bool:
    """Whether a table is a matrix of units and codes: by its first column's name and by the marks in the others.

    A table whose first column is called 'unit' is one though its cells be blank, or some of them no marks.
    """
    unit = unit_column(grid)
    name = grid.header[unit] if grid.header else ""
    is_sure = may_say(name, "unit") and unit_is_first(grid, unit)
    if not grid.header or not (is_sure or may_say(name, "unit_perhaps") or _is_any_identifier(name)):
        return False
    codes = list(code_columns(grid, unit))
    cells = [cells[place].strip().casefold() for _, cells in grid.rows for place in codes]
    filled = [cell for cell in cells if cell]
    share = sum(cell in marks() for cell in filled) / len(filled) if filled else float(is_sure)
    least = LIKELY_AT_LEAST if is_sure else MARKED_AT_LEAST
    is_capture = is_of_captures(grid.header) or (not is_sure and may_be_of_captures(grid, codes))
    return bool(codes) and share >= least and not is_capture


def may_be_of_captures(grid: Grid, codes: Sequence[int]) -> bool:
    """Whether any column that is no code says who wrote something, or when."""
    others = [name for place, name in enumerate(grid.header) if place not in codes]
    return any(may_say(name, "coder_perhaps", "time") for name in others)


def unit_is_first(grid: Grid, unit: int) -> bool:
    """Whether all columns before that of units say who coded, or when."""
    return all(may_say(name, "coder", "round") for name in grid.header[:unit])


def _is_any_identifier(name: str) -> bool:
    return name.replace(" ", "").casefold() in ANY_IDENTIFIER


def _short(cell: str) -> str:
    told = " ".join(cell.split())
    return told if len(told) <= 30 else f"{told[:30]}…"  # noqa: PLR2004
