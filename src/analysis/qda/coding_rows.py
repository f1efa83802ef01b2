"""Codings as rows: which unit, who, which code; perhaps from where to where, when, in which round, and why."""

import re
from collections.abc import Iterator
from dataclasses import replace

from analysis.qda.coding_parts import Parts, is_rounded
from analysis.qda.grids import Grid
from analysis.qda.guids import guid_for
from analysis.qda.project import Area, Coding, Told
from analysis.qda.usual_columns import is_of_captures, may_say, of_codings

SIDES = ("left", "top", "right", "bottom")
ENDS = (";", "\n", "|", "；")
NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?")
NO_UNIT = "no unit. Where cells are merged, write the unit into every row."
A_NUMBER = "unit '{}' is a number that a spreadsheet rounded. Bring in the table with its identifiers kept as text."


class RowReader:
    """Reads the rows of one table."""

    def __init__(self, grid: Grid, told: Told, parts: Parts) -> None:
        self._grid, self._told, self._parts = grid, told, parts
        self._of = of_codings(grid.header)
        self._line, self._cells = 0, list[str]()

    def read(self) -> None:
        """Read all rows; what is wrong with one is noted in the grid."""
        if not {"code", "codes"} & self._of.keys():
            self._no_code()
            return
        self._parts.lose(self._grid, set(self._of.values()))
        for line, cells in self._grid.rows:
            if any(cell.strip() for cell in cells):
                self._line, self._cells = line, cells
                self._read_row()

    def _no_code(self) -> None:
        found = ", ".join(f"'{name}'" for name in self._grid.header)
        self._grid.note(
            self._grid.header_line,
            f"no column of codes. Found: {found}. Expected one called 'code', or for each code a column of 0 and 1.",
        )

    def _cell(self, says: str) -> str:
        """A cell of this row; empty where there is no such column."""
        return self._cells[self._of[says]].strip() if says in self._of else ""

    def _read_row(self) -> None:
        before = len(self._grid.problems)
        unit, coder, number = self._cell("unit"), self._coder(), self._round()
        if not unit:
            self._note(NO_UNIT, "unit")
        elif is_rounded(unit):
            self._note(A_NUMBER.format(unit), "unit")
        codes, place = list(self._codes()), self._place()
        if len(self._grid.problems) > before or place is None:
            return
        if not codes:
            # A unit that was read and got no code is a judgement too.
            self._parts.read(coder, unit, number)
            self._parts.account.mend("a row without a code: its unit was read, and no code given", self._where())
        for code in codes:
            coding = replace(
                place, source=self._parts.unit(unit), code=self._parts.code(code), coder=coder, round=number
            )
            self._parts.add(coding, self._identifier() if len(codes) == 1 else "")

    def _coder(self) -> str | None:
        coder = self._cell("coder") or self._told.coder
        if "coder" in self._of and not coder:
            self._note("no coder. Write who coded into every row, or name the coder with --coder.", "coder")
        return coder

    def _round(self) -> int | None:
        number = self._whole("round")
        if number is not None and number < 1:
            self._note(f"round {number}; expected a whole number from 1.", "round")
        return self._told.round if number is None else number

    def _codes(self) -> Iterator[str]:
        """The codes of a row, each once."""
        one, several = self._cell("code"), self._cell("codes")
        for end in ENDS:
            several = several.replace(end, "\n")
        names = [one, *(name.strip() for name in several.split("\n"))]
        yield from dict.fromkeys(filter(None, names))

    def _place(self) -> Coding | None:
        """What the row says of where and when; None where that is wrong, which is noted."""
        before = len(self._grid.problems)
        start, end = self._pair("start", "end")
        begin, finish = self._pair("begin", "finish")
        area = self._area()
        if len(self._grid.problems) > before:
            return None
        # A quotation is compared as it stands, with the spaces at its ends.
        quoted = self._cells[self._of["quote"]] if self._cell("quote") else None
        time = self._parts.account.when(self._cell("time"), self._where()) if self._cell("time") else None
        return Coding(
            "", "", "", None, time, start, end, quoted, area, begin, finish, self._cell("memo") or None,
            where=self._where(),
        )  # fmt: skip

    def _pair(self, first: str, last: str) -> tuple[int | None, int | None]:
        """Where something begins and ends: both or none."""
        if not {first, last} <= self._of.keys():
            return None, None
        start, end = self._whole(first), self._whole(last)
        if bool(self._cell(first)) != bool(self._cell(last)):
            self._note(f"'{first}' and '{last}': only one is filled; expected both, or none for the whole unit.", first)
        elif start is not None and end is not None and not 0 <= start < end:
            self._note(f"from {start} to {end}; expected a start from 0, and an end after it.", first)
        return start, end

    def _area(self) -> Area | None:
        """The part of a picture or page."""
        page = self._whole("page")
        found = [self._number(side) for side in SIDES]
        sides = [side for side in found if side is not None]
        if len(sides) == len(SIDES):
            left, top, right, bottom = sides
            return Area(left, top, right, bottom, page)
        if sides:
            self._note(f"only {len(sides)} of left, top, right and bottom are filled; expected all, or none.", "left")
        return None

    def _whole(self, says: str) -> int | None:
        number = self._number(says)
        if number is not None and number != int(number):
            self._note(f"'{self._cell(says)}'; expected a whole number.", says)
            return None
        return None if number is None else int(number)

    def _number(self, says: str) -> float | None:
        cell = self._cell(says)
        if not cell or NUMBER.fullmatch(cell):
            return float(cell) if cell else None
        self._note(f"'{cell}'; expected a number.", says)
        return None

    def _identifier(self) -> str:
        """The coding's own identifier, as a guid."""
        found = self._cell("coding_id")
        return guid_for("coding", found) if found else ""

    def _note(self, told: str, says: str) -> None:
        self._grid.note(self._line, told, self._of.get(says))

    def _where(self) -> str:
        return self._grid.place(self._line)


def is_of_rows(grid: Grid) -> bool:
    """Whether each row of a table is a coding: its columns name units and codes, or units and who coded."""
    of, header = of_codings(grid.header), grid.header
    has_coder = "coder" in of and may_say(header[of["coder"]], "coder")
    has_unit = "unit" in of and (has_coder or not is_of_captures(header))
    return has_unit and bool({"code", "codes"} & of.keys())


def lacks_codes(grid: Grid) -> bool:
    """Whether a table says for certain which units were read and who read them, and nothing of codes."""
    of = of_codings(grid.header)
    return {"unit", "coder"} <= of.keys() and may_say(grid.header[of["coder"]], "coder")
